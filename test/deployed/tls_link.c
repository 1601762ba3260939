// A deployed device's TLS connection, on BearSSL.
#include "test/deployed/tls_link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "test/deployed/arena.h"
#include "test/deployed/deployed_credentials.h"
#include "test/deployed/deployed_report.h"

#define SERVER_NAME "localhost"
// What BearSSL needs beside the plaintext: header, IV, MAC, padding; an incoming record may be
// padded by up to 256 bytes.
#define INPUT_OVERHEAD 325
#define OUTPUT_OVERHEAD 85
#define OUTPUT_BYTES 512 // as sketches have it, whatever the server may send
#define HANDSHAKE_MS 15000
#define SEND_MS 15000
#define CLOSE_MS 2000
#define DAYS_TO_1970 719528 // from year 0, as BearSSL counts
#define SECONDS_PER_DAY 86400

// An instrument beside the device, so not in its arena; there is one connection at a time.
static struct wire the_wire;

static int connect_to(uint16_t port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return deployed_report_failure(FAILURE_NETWORK, "socket: %s", strerror(errno));
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) < 0) {
        close(fd);
        return deployed_report_failure(FAILURE_NETWORK, "port %u: %s", port, strerror(errno));
    }
    return fd;
}

// --- the engine

static int check_wire(const struct tls_link *link)
{
    const struct wire *wire = link->wire;

    if (wire->offending == 0)
        return 0;
    return deployed_report_failure(FAILURE_RECORD,
        "the server sent a%s record of %zu bytes; %zu were negotiated, and the cipher adds %zu",
        wire->encrypted ? "n encrypted" : " clear", wire->offending, wire->limit_bytes,
        wire->encrypted ? wire_expansion(wire->hello.suite) : 0);
}

static int send_record(struct tls_link *link)
{
    size_t n;
    const unsigned char *p = br_ssl_engine_sendrec_buf(&link->client.eng, &n);
    ssize_t sent = send(link->fd, p, n, MSG_NOSIGNAL);

    if (sent < 0)
        return deployed_report_failure(FAILURE_NETWORK, "send: %s", strerror(errno));
    br_ssl_engine_sendrec_ack(&link->client.eng, (size_t)sent);
    return 0;
}

static int receive_record(struct tls_link *link, int timeout_ms)
{
    size_t n;
    unsigned char *p = br_ssl_engine_recvrec_buf(&link->client.eng, &n);
    struct pollfd ready = {.fd = link->fd, .events = POLLIN};
    int rc = poll(&ready, 1, timeout_ms);
    ssize_t got;

    if (rc == 0)
        return TLS_LINK_QUIET;
    got = rc < 0 ? -1 : recv(link->fd, p, n, 0);
    if (got < 0)
        return deployed_report_failure(FAILURE_NETWORK, "receive: %s", strerror(errno));
    if (got == 0)
        return deployed_report_failure(FAILURE_NETWORK, "the server closed the connection");
    wire_feed(link->wire, p, (size_t)got);
    rc = check_wire(link);
    if (rc < 0)
        return rc;
    br_ssl_engine_recvrec_ack(&link->client.eng, (size_t)got);
    return 0;
}

// Runs the engine until it is in one of the wanted states. TLS_LINK_QUIET if it is not, and nothing
// comes for timeout_ms.
static int run_until(struct tls_link *link, unsigned wanted, int timeout_ms)
{
    for (;;) {
        unsigned state = br_ssl_engine_current_state(&link->client.eng);
        int rc = 0;

        if ((state & BR_SSL_CLOSED) != 0)
            return deployed_report_failure(FAILURE_TLS, "TLS ended: BearSSL's error %d",
                br_ssl_engine_last_error(&link->client.eng));
        if ((state & BR_SSL_SENDREC) != 0)
            rc = send_record(link);
        else if ((state & wanted) != 0)
            return 0;
        else if ((state & BR_SSL_RECVAPP) != 0)
            return deployed_report_failure(
                FAILURE_TLS, "the server speaks when it is not its turn");
        else
            rc = receive_record(link, timeout_ms);
        if (rc != 0)
            return rc;
    }
}

int tls_link_write(struct tls_link *link, const void *p, size_t n)
{
    const uint8_t *bytes = p;

    while (n > 0) {
        int rc = run_until(link, BR_SSL_SENDAPP, SEND_MS);
        size_t room;
        unsigned char *out;

        if (rc != 0)
            return rc < 0 ? rc : deployed_report_failure(FAILURE_NETWORK, "sending takes too long");
        out = br_ssl_engine_sendapp_buf(&link->client.eng, &room);
        if (room > n)
            room = n;
        memcpy(out, bytes, room);
        br_ssl_engine_sendapp_ack(&link->client.eng, room);
        bytes += room;
        n -= room;
    }
    return 0;
}

int tls_link_flush(struct tls_link *link)
{
    br_ssl_engine_flush(&link->client.eng, 0);
    return run_until(link, BR_SSL_SENDAPP | BR_SSL_RECVAPP, SEND_MS);
}

int tls_link_receive(struct tls_link *link, int timeout_ms, const uint8_t **p, size_t *n)
{
    int rc = run_until(link, BR_SSL_RECVAPP, timeout_ms);

    if (rc == 0)
        *p = br_ssl_engine_recvapp_buf(&link->client.eng, n);
    return rc;
}

void tls_link_consume(struct tls_link *link, size_t n)
{
    br_ssl_engine_recvapp_ack(&link->client.eng, n);
}

// --- opening

// BearSSL derives max_fragment_length from the smaller of its two buffers. The output buffer stays
// small, so say it: what is sent is bounded by that buffer anyway.
static int set_buffers(struct tls_link *link)
{
    size_t bytes = link->settings->fragment_bytes;
    unsigned char *input = arena_take(bytes + INPUT_OVERHEAD);
    unsigned char *output = arena_take(OUTPUT_BYTES + OUTPUT_OVERHEAD);
    br_ssl_engine_context *engine = &link->client.eng;

    if (input == NULL || output == NULL)
        return deployed_report_failure(
            FAILURE_ARENA, "the arena is full: buffers for records of %zu bytes", bytes);
    br_ssl_engine_set_buffers_bidi(
        engine, input, bytes + INPUT_OVERHEAD, output, OUTPUT_BYTES + OUTPUT_OVERHEAD);
    engine->max_frag_len = (uint16_t)bytes;
    for (engine->log_max_frag_len = 0; (size_t)1 << engine->log_max_frag_len < bytes;)
        engine->log_max_frag_len++;
    return 0;
}

static int set_up(struct tls_link *link)
{
    struct deployed_credentials *credentials;
    br_ssl_client_context *client = &link->client;
    time_t now = time(NULL);
    int rc = deployed_credentials_load(link->settings->folder, link->settings->mac, &credentials);

    if (rc < 0)
        return rc;
    br_ssl_client_init_full(client, &link->x509, credentials->anchors, credentials->anchor_count);
    br_ssl_engine_set_versions(&client->eng, BR_TLS12, BR_TLS12);
    br_x509_minimal_set_time(&link->x509, (uint32_t)(now / SECONDS_PER_DAY + DAYS_TO_1970),
        (uint32_t)(now % SECONDS_PER_DAY));
    if (credentials->key_type == BR_KEYTYPE_RSA)
        br_ssl_client_set_single_rsa(client, &credentials->certificate, 1, &credentials->key.rsa,
            br_rsa_pkcs1_sign_get_default());
    else
        br_ssl_client_set_single_ec(client, &credentials->certificate, 1, &credentials->key.ec,
            BR_KEYTYPE_SIGN, credentials->anchors[0].pkey.key_type, br_ec_get_default(),
            br_ecdsa_sign_asn1_get_default());
    rc = set_buffers(link);
    if (rc < 0)
        return rc;
    br_ssl_engine_set_session_parameters(&client->eng, link->session);
    return br_ssl_client_reset(client, SERVER_NAME, 1)
               ? 0
               : deployed_report_failure(
                     FAILURE_TLS, "BearSSL's error %d", br_ssl_engine_last_error(&client->eng));
}

// 512 is 1, 4096 is 4 (RFC 6066, 4).
static unsigned fragment_code(size_t bytes)
{
    unsigned code = 0;

    while (code < 4 && (size_t)256 << (code + 1) <= bytes)
        code++;
    return bytes > 4096 ? 0 : code;
}

// Whether the server agreed to max_fragment_length. It says so when a session begins; when one is
// resumed the length still holds, and the ServerHello does not repeat it (RFC 6066, 4; RFC 5246,
// 7.4.1.4).
static bool has_agreed(const struct tls_link *link, unsigned expected)
{
    unsigned given = link->wire->hello.fragment_code;

    return given == expected || (link->resumed && given == 0);
}

static int check_handshake(struct tls_link *link)
{
    const struct wire_hello *hello = &link->wire->hello;
    const br_ssl_session_parameters *session = link->session;
    unsigned expected = fragment_code(link->settings->fragment_bytes);

    if (!hello->seen || hello->version != BR_TLS12)
        return deployed_report_failure(FAILURE_TLS, "no TLS 1.2 ServerHello");
    link->with_certificate = link->wire->has_certificate;
    link->resumed = session->session_id_len > 0 && hello->id_size == session->session_id_len &&
                    memcmp(hello->id, session->session_id, hello->id_size) == 0;
    if (!has_agreed(link, expected))
        return deployed_report_failure(FAILURE_FRAGMENT,
            "max_fragment_length %u was asked for, %u given", expected, hello->fragment_code);
    if (link->wire->tickets > 0)
        return deployed_report_failure(FAILURE_SESSION, "a session ticket that nobody asked for");
    if (link->resumed == link->with_certificate)
        return deployed_report_failure(FAILURE_SESSION, "%s, and %s certificate",
            link->resumed ? "resumed" : "not resumed", link->with_certificate ? "a" : "no");
    return 0;
}

static void note_wire(struct tls_link *link)
{
    struct tls_link_settings *all = link->settings;
    const struct wire *wire = link->wire;

    all->records += wire->records;
    if (wire->largest_clear > all->largest_clear)
        all->largest_clear = wire->largest_clear;
    if (wire->largest_encrypted > all->largest_encrypted)
        all->largest_encrypted = wire->largest_encrypted;
    all->expansion = wire_expansion(wire->hello.suite);
    deployed_report_note("link port=%u resumed=%d suite=%04X records=%u largest_clear=%zu "
                         "largest_encrypted=%zu",
        link->port, link->resumed, wire->hello.suite, wire->records, wire->largest_clear,
        wire->largest_encrypted);
}

static void release(struct tls_link *link)
{
    note_wire(link);
    if (link->fd >= 0)
        close(link->fd);
    arena_release(link->mark);
}

static int shake_hands(struct tls_link *link)
{
    int rc = set_up(link);

    if (rc < 0)
        return rc;
    link->fd = connect_to(link->port);
    if (link->fd < 0)
        return link->fd;
    rc = run_until(link, BR_SSL_SENDAPP, HANDSHAKE_MS);
    if (rc == TLS_LINK_QUIET)
        return deployed_report_failure(FAILURE_NETWORK, "the handshake takes too long");
    return rc < 0 ? rc : check_handshake(link);
}

int tls_link_open(struct tls_link_settings *settings, uint16_t port,
    br_ssl_session_parameters *session, struct tls_link **out)
{
    size_t mark = arena_mark();
    struct tls_link *link = arena_take(sizeof *link);
    int rc;

    if (link == NULL)
        return deployed_report_failure(FAILURE_ARENA, "the arena is full: TLS contexts");
    link->settings = settings;
    link->session = session;
    link->port = port;
    link->mark = mark;
    link->fd = -1;
    link->wire = &the_wire;
    wire_init(link->wire, settings->watch_bytes);
    rc = shake_hands(link);
    if (rc < 0) {
        release(link);
        return rc;
    }
    settings->connections++;
    if (link->resumed)
        settings->resumed++;
    *out = link;
    return 0;
}

// --- closing

// What the server still sends is watched, too.
static int watch_rest(struct tls_link *link)
{
    struct pollfd ready = {.fd = link->fd, .events = POLLIN};
    uint8_t bytes[256];
    ssize_t n;

    shutdown(link->fd, SHUT_WR);
    while (poll(&ready, 1, CLOSE_MS) == 1 && (n = recv(link->fd, bytes, sizeof bytes, 0)) > 0)
        wire_feed(link->wire, bytes, (size_t)n);
    return check_wire(link);
}

int tls_link_close(struct tls_link *link)
{
    int rc = watch_rest(link);

    br_ssl_engine_get_session_parameters(&link->client.eng, link->session);
    release(link);
    return rc;
}
