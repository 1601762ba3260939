// TLS for the download server, on GnuTLS as libmicrohttpd uses it.
#include "server/http/http_tls.h"

#include <errno.h>
#include <gnutls/crypto.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "server/base/file.h"
#include "server/base/log.h"
#include "server/base/tally.h"
#include "server/http/http_connection.h"
#include "server/http/http_handshake.h"
#include "server/http/http_key.h"
#include "server/http/http_server.h"
#include "server/http/http_sessions.h"

#define FILE_MAX ((size_t)256 * 1024)
#define CHAIN_MAX 8
#define LOG_INTERVAL_MS 60000
#define MAX_FRAGMENT_LENGTH 1 // the extension's number (RFC 6066, 1.1)

// A certificate with its key. GnuTLS refers to it during a handshake and does not say when it is
// done, so old ones are kept until the end; a few KB for each reload.
struct credential {
    gnutls_pcert_st chain[CHAIN_MAX];
    unsigned chain_length;
    gnutls_privkey_t key;
    struct credential *older;
};

struct http_tls {
    int (*verify)(const uint8_t *der, size_t n, void *ctx, struct err *err);
    void *verify_ctx;
    bool certificate_optional;
    const struct http_signer *signer;
    struct http_handshake *handshake;
    struct http_sessions *sessions;
    gnutls_datum_t ticket_key;
    _Atomic(struct credential *) credential;
    struct tally unbounded; // connections
};

// AES-128 and ChaCha20 before AES-256, which costs a board time and heat; CBC last, for old
// sketches.
const char *http_tls_priorities(void)
{
    return "NONE:+VERS-TLS1.3:+VERS-TLS1.2:+CTYPE-X509:+COMP-NULL:+ECDHE-ECDSA:+ECDHE-RSA"
           ":+AES-128-GCM:+CHACHA20-POLY1305:+AES-256-GCM:+AES-128-CBC:+AEAD:+SHA256:+SHA1"
           ":+SIGN-ECDSA-SECP256R1-SHA256:+SIGN-ECDSA-SHA256:+SIGN-ECDSA-SHA384"
           ":+SIGN-RSA-PSS-RSAE-SHA256:+SIGN-RSA-SHA256:+SIGN-RSA-SHA384:+SIGN-RSA-SHA512"
           ":+GROUP-X25519:+GROUP-SECP256R1:+GROUP-SECP384R1:%SERVER_PRECEDENCE";
}

int http_tls_new(const struct http_server_settings *settings, struct http_turns *turns,
    struct http_tls **out, struct err *err)
{
    struct http_tls *tls = calloc(1, sizeof *tls);

    if (tls == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for TLS");
    tls->verify = settings->verify;
    tls->verify_ctx = settings->verify_ctx;
    tls->certificate_optional = settings->certificate_optional;
    tls->signer = settings->signer;

    int rc = http_handshake_new(turns, &tls->handshake, err);

    if (rc < 0) {
        http_tls_free(tls);
        return rc;
    }
    if (http_sessions_new(&tls->sessions) < 0 ||
        gnutls_session_ticket_key_generate(&tls->ticket_key) < 0) {
        http_tls_free(tls);
        return err_set(err, ERR_NO_MEMORY, "no memory for TLS sessions");
    }
    *out = tls;
    return 0;
}

static void free_credential(struct credential *credential)
{
    for (unsigned i = 0; i < credential->chain_length; i++)
        gnutls_pcert_deinit(&credential->chain[i]);
    if (credential->key != NULL)
        gnutls_privkey_deinit(credential->key);
    free(credential);
}

void http_tls_free(struct http_tls *tls)
{
    if (tls == NULL)
        return;
    for (struct credential *c = tls->credential, *older; c != NULL; c = older) {
        older = c->older;
        free_credential(c);
    }
    if (tls->ticket_key.data != NULL) {
        gnutls_memset(tls->ticket_key.data, 0, tls->ticket_key.size);
        gnutls_free(tls->ticket_key.data);
    }
    http_sessions_free(tls->sessions);
    http_handshake_free(tls->handshake);
    free(tls);
}

static int load_certificate(struct credential *credential, const char *path, struct err *err)
{
    uint8_t *pem;
    size_t n;
    unsigned count = CHAIN_MAX;
    int rc = file_read(path, FILE_MAX, &pem, &n, err);

    if (rc < 0)
        return rc;

    gnutls_datum_t datum = {pem, (unsigned)n};

    rc = gnutls_pcert_list_import_x509_raw(
        credential->chain, &count, &datum, GNUTLS_X509_FMT_PEM, 0);
    free(pem);
    if (rc < 0)
        return err_set(err, ERR_INVALID, "certificate %s: %s", path, gnutls_strerror(rc));
    credential->chain_length = count;
    return 0;
}

int http_tls_load(
    struct http_tls *tls, const char *certificate_file, const char *key_file, struct err *err)
{
    struct credential *credential = calloc(1, sizeof *credential);
    int rc;

    if (credential == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for a certificate");
    rc = load_certificate(credential, certificate_file, err);
    if (rc == 0)
        rc = http_key_load(key_file, &credential->chain[0], tls->signer, &credential->key, err);
    if (rc < 0) {
        free_credential(credential);
        return rc;
    }
    credential->older = tls->credential;
    tls->credential = credential;
    return 0;
}

// The object that prepared a session; set on it before the handshake.
static struct http_tls *owner_of(gnutls_session_t session)
{
    return gnutls_session_get_ptr(session);
}

static int check_length(const gnutls_datum_t *chain, unsigned count, struct err *err)
{
    size_t n = 0;

    for (unsigned i = 0; i < count; i++)
        n += chain[i].size;
    if (n <= HTTP_TLS_CHAIN_MAX)
        return 0;
    return err_set(
        err, ERR_INVALID, "%u certificates of %zu bytes, %d at most", count, n, HTTP_TLS_CHAIN_MAX);
}

// Tells clients apart.
static uint64_t number_of(const gnutls_datum_t *certificate)
{
    uint8_t digest[32] = {0};
    uint64_t number;

    // Without it all are one, which costs them no more than resumption.
    (void)gnutls_hash_fast(GNUTLS_DIG_SHA256, certificate->data, certificate->size, digest);
    memcpy(&number, digest, sizeof number);
    return number;
}

static int verify_client(gnutls_session_t session)
{
    struct http_tls *tls = owner_of(session);
    struct http_tls_link *link = gnutls_transport_get_ptr(session);
    struct err err = {0};
    unsigned count = 0;
    const gnutls_datum_t *chain = gnutls_certificate_get_peers(session, &count);
    int rc;

    if (chain == NULL || count == 0)
        return tls->certificate_optional ? 0 : GNUTLS_E_NO_CERTIFICATE_FOUND;
    rc = check_length(chain, count, &err);
    if (rc == 0)
        rc = tls->verify(chain[0].data, chain[0].size, tls->verify_ctx, &err);
    if (rc < 0)
        return http_handshake_refuse(tls->handshake, session, &err);
    link->user.client = number_of(&chain[0]);
    return 0;
}

static int note_extension(void *ctx, unsigned extension, const unsigned char *data, unsigned size)
{
    (void)data;
    (void)size;
    if (extension == MAX_FRAGMENT_LENGTH)
        *(bool *)ctx = true;
    return 0;
}

// The client begins to speak. Tickets are for clients without max_fragment_length: the ticket holds
// the client's certificate, and GnuTLS 3.7 sends it in one record, which may be longer than
// negotiated. The others resume by ID. As gnutls_handshake_hook_func.
static int receive_hello(gnutls_session_t session, unsigned type, unsigned when,
    unsigned is_incoming, const gnutls_datum_t *hello)
{
    bool bounded = false;

    (void)type;
    (void)when;
    (void)is_incoming;
    http_connection_begin_handshake(session);
    if (gnutls_ext_raw_parse(
            &bounded, note_extension, hello, GNUTLS_EXT_RAW_FLAG_TLS_CLIENT_HELLO) < 0 ||
        bounded)
        return 0;
    return gnutls_session_ticket_enable_server(session, &owner_of(session)->ticket_key);
}

// As gnutls_pull_func: libmicrohttpd does not tell a reset from an end.
static ssize_t receive_bytes(gnutls_transport_ptr_t ptr, void *buffer, size_t size)
{
    struct http_tls_link *link = ptr;
    ssize_t n = recv(link->fd, buffer, size, 0);

    if (n < 0 && errno == ECONNRESET)
        link->reset = true;
    return n;
}

// Keeps the parts, if there is room for all n bytes of them.
static bool hold(struct http_tls_link *link, const giovec_t *parts, int count, size_t n)
{
    struct http_tls_farewell *farewell = &link->farewell;

    if (!link->holding || n > sizeof farewell->bytes - farewell->n)
        return false;
    for (int i = 0; i < count; i++) {
        memcpy(farewell->bytes + farewell->n, parts[i].iov_base, parts[i].iov_len);
        farewell->n += parts[i].iov_len;
    }
    return true;
}

// As gnutls_vec_push_func: the records of a flight leave in one call, and in one packet.
static ssize_t send_parts(gnutls_transport_ptr_t ptr, const giovec_t *parts, int count)
{
    struct msghdr message = {.msg_iov = (struct iovec *)parts, .msg_iovlen = (size_t)count};
    struct http_tls_link *link = ptr;
    size_t n = 0;

    for (int i = 0; i < count; i++)
        n += parts[i].iov_len;
    link->sent = true;
    return hold(link, parts, count, n) ? (ssize_t)n : sendmsg(link->fd, &message, MSG_NOSIGNAL);
}

void http_tls_send_farewell(int fd, const struct http_tls_farewell *farewell)
{
    if (farewell->n > 0)
        (void)send(fd, farewell->bytes, farewell->n, MSG_NOSIGNAL | MSG_DONTWAIT);
}

void http_tls_release(struct http_tls_link *link)
{
    http_tls_send_farewell(link->fd, &link->farewell);
    link->farewell.n = 0;
    link->holding = false;
}

// As gnutls_pull_timeout_func.
static int wait_for_bytes(gnutls_transport_ptr_t ptr, unsigned timeout_ms)
{
    const struct http_tls_link *link = ptr;
    struct pollfd poll_fd = {.fd = link->fd, .events = POLLIN};

    return poll(&poll_fd, 1, timeout_ms == GNUTLS_INDEFINITE_TIMEOUT ? -1 : (int)timeout_ms);
}

void http_tls_prepare(struct http_tls *tls, gnutls_session_t session, struct http_tls_link *link)
{
    gnutls_session_set_ptr(session, tls);
    gnutls_handshake_set_max_packet_length(session, HTTP_TLS_MESSAGE_MAX);
    gnutls_certificate_server_set_request(
        session, tls->certificate_optional ? GNUTLS_CERT_REQUEST : GNUTLS_CERT_REQUIRE);
    gnutls_session_set_verify_function(session, verify_client);
    gnutls_handshake_set_hook_function(
        session, GNUTLS_HANDSHAKE_CLIENT_HELLO, GNUTLS_HOOK_PRE, receive_hello);
    link->user.sessions = tls->sessions;
    http_sessions_attach(&link->user, session);
    gnutls_transport_set_ptr(session, link);
    gnutls_transport_set_vec_push_function(session, send_parts);
    gnutls_transport_set_pull_function(session, receive_bytes);
    gnutls_transport_set_pull_timeout_function(session, wait_for_bytes);
}

void http_tls_end_handshake(gnutls_session_t session)
{
    size_t agreed = gnutls_record_get_max_size(session);

    if (gnutls_record_set_max_size(session, agreed) < 0 &&
        tally_add(&owner_of(session)->unbounded, 1, LOG_INTERVAL_MS))
        log_warning("http",
            "cannot limit the size of records bytes=%zu total=%llu: a client that asked for this "
            "may be unable to read what it gets",
            agreed, (unsigned long long)owner_of(session)->unbounded.total);
}

int http_tls_retrieve(gnutls_session_t session, const gnutls_datum_t *requested,
    int requested_count, const gnutls_pk_algorithm_t *algorithms, int algorithm_count,
    gnutls_pcert_st **certificates, unsigned *certificate_count, gnutls_privkey_t *key)
{
    struct credential *credential = owner_of(session)->credential;

    (void)requested;
    (void)requested_count;
    (void)algorithms;
    (void)algorithm_count;
    *certificates = credential->chain;
    *certificate_count = credential->chain_length;
    *key = credential->key;
    return 0;
}

struct http_handshake *http_tls_handshake(gnutls_session_t session)
{
    struct http_tls *tls = owner_of(session);

    return tls != NULL ? tls->handshake : NULL;
}

struct http_handshake *http_tls_failures(struct http_tls *tls)
{
    return tls->handshake;
}
