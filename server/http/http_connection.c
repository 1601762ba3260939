// What the server keeps of each connection.
#include "server/http/http_connection.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/base/hex.h"
#include "server/http/http_addresses.h"
#include "server/http/http_deadline.h"
#include "server/http/http_handshake.h"
#include "server/http/http_receipt.h"
#include "server/http/http_request_head.h"
#include "server/http/http_tls.h"
#include "server/http/http_verdict.h"

#define PACED_BYTES_MIN 16384     // what the system takes at once has no pace
#define BYTES_PER_SECOND_MIN 1000 // where the settings have none: a slower reader is late

struct http_connection {
    struct http_server *server;
    struct http_deadline *deadline; // NULL if there is no time-out
    struct http_address *address;   // NULL if there is no bound
    struct http_connection *next;   // of those that are handed over
    bool seen;                      // had a request
    struct http_tls_link link;      // its socket; with a client over TLS, how far that is
    struct http_connection_target target;
    char fingerprint[HTTP_REQUEST_FINGERPRINT_SIZE]; // "" until somebody asks for it
};

static int64_t timeout_ms(const struct http_server *server)
{
    return (int64_t)server->settings.timeout_s * 1000;
}

static int64_t handshake_ms(const struct http_server *server)
{
    unsigned seconds = server->settings.handshake_timeout_s;

    return seconds > 0 ? (int64_t)seconds * 1000 : timeout_ms(server);
}

static gnutls_session_t session_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);

    return info != NULL ? info->tls_session : NULL;
}

static struct http_connection *context_of(struct MHD_Connection *connection)
{
    return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

static int socket_of(struct MHD_Connection *connection)
{
    return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
}

struct http_server *http_connection_server(struct MHD_Connection *connection)
{
    const struct http_connection *context = context_of(connection);

    return context != NULL ? context->server : NULL;
}

void *http_connection_see_line(void *cls, const char *target, struct MHD_Connection *connection)
{
    struct http_connection *context = context_of(connection);
    size_t n = strlen(target);

    (void)cls;
    if (context != NULL)
        context->target =
            (struct http_connection_target){n, http_request_head_target_is_text(target, n)};
    return NULL;
}

struct http_connection_target http_connection_target(struct MHD_Connection *connection)
{
    const struct http_connection *context = context_of(connection);

    return context != NULL ? context->target : (struct http_connection_target){0};
}

const char *http_connection_fingerprint(
    struct MHD_Connection *connection, const uint8_t *der, size_t n)
{
    struct http_connection *context = context_of(connection);
    uint8_t digest[32];

    if (context == NULL)
        return NULL;
    if (context->fingerprint[0] == '\0') {
        if (gnutls_hash_fast(GNUTLS_DIG_SHA256, der, n, digest) < 0)
            return NULL;
        hex_encode(digest, sizeof digest, context->fingerprint);
    }
    return context->fingerprint;
}

static void release(struct http_connection *context)
{
    struct http_server *server = context->server;

    if (!context->seen)
        server->waiting--;
    if (server->receipts != NULL &&
        !http_receipt_note_close(server->receipts, context, &context->link))
        http_tls_release(&context->link);
    if (server->clients != NULL)
        http_clients_leave(server->clients, &context->link.place);
    if (context->address != NULL)
        http_addresses_drop(server->addresses, context->address, context->deadline);
    else if (context->deadline != NULL)
        http_deadline_drop(server->deadlines, context->deadline);
    server->places--;
    free(context);
}

// Takes the one with that socket from those that are handed over; NULL if there is none.
static struct http_connection *take_over(struct http_server *server, int fd)
{
    struct http_connection **at = &server->handed_over;

    pthread_mutex_lock(&server->handover);
    while (*at != NULL && (*at)->link.fd != fd)
        at = &(*at)->next;

    struct http_connection *found = *at;

    if (found != NULL)
        *at = found->next;
    pthread_mutex_unlock(&server->handover);
    return found;
}

// One that libmicrohttpd closed before it began with it, for want of memory: the number of its
// socket has come again.
static void forget(struct http_server *server, int fd)
{
    struct http_connection *context = take_over(server, fd);

    if (context != NULL)
        release(context);
}

// NULL if there is no memory, or its address has too many.
static struct http_connection *hand_over(
    struct http_server *server, int fd, const struct sockaddr *address)
{
    struct http_connection *context = calloc(1, sizeof *context);

    if (context == NULL)
        return NULL;
    context->server = server;
    context->link.fd = fd;
    if (server->addresses != NULL) {
        context->address = http_addresses_add(server->addresses, address);
        if (context->address == NULL) {
            free(context);
            return NULL;
        }
    }
    server->places++;
    server->waiting++;
    pthread_mutex_lock(&server->handover);
    context->next = server->handed_over;
    server->handed_over = context;
    pthread_mutex_unlock(&server->handover);
    return context;
}

void http_connection_add(
    struct http_server *server, int fd, const struct sockaddr *address, socklen_t n)
{
    forget(server, fd);
    if (hand_over(server, fd, address) == NULL)
        close(fd);
    else if (MHD_add_connection(server->daemon, fd, address, n) != MHD_YES) // which closes it
        forget(server, fd);
}

bool http_connection_make_room(struct http_crowd *crowd, unsigned leaving, void *ctx)
{
    const struct http_server *server = ctx;

    return http_deadline_end_of(server->deadlines, crowd, leaving, handshake_ms(server) / 2);
}

void http_connection_leave(void *deadline, void *ctx)
{
    http_deadline_drop(((const struct http_server *)ctx)->deadlines, deadline);
}

void http_connection_clear(struct http_server *server)
{
    while (server->handed_over != NULL)
        forget(server, server->handed_over->link.fd);
}

// The user at the other end of a Unix socket; all others are one.
static uint64_t owner_of(int fd)
{
    struct ucred peer;
    socklen_t n = sizeof peer;

    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) == 0 ? peer.uid : UINT64_MAX;
}

// False if the connection must not go on.
static bool open_connection(struct http_connection *context, struct MHD_Connection *connection)
{
    struct http_server *server = context->server;

    if (server->settings.timeout_s == 0)
        return true;
    context->deadline = http_deadline_add(server->deadlines, socket_of(connection),
        server->tls != NULL ? handshake_ms(server) : timeout_ms(server),
        owner_of(socket_of(connection)),
        context->address != NULL ? http_addresses_crowd(context->address) : NULL);
    return context->deadline != NULL;
}

// On STARTED the TLS session exists and its handshake has not begun.
void http_connection_notify(void *cls, struct MHD_Connection *connection, void **socket_context,
    enum MHD_ConnectionNotificationCode code)
{
    struct http_server *server = cls;
    struct http_connection *context;

    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        if (*socket_context != NULL)
            release(*socket_context);
        return;
    }
    server->connections++;
    context = take_over(server, socket_of(connection));
    *socket_context = context;
    if (server->tls != NULL && context != NULL)
        http_tls_prepare(server->tls, session_of(connection), &context->link);
    else if (server->tls != NULL)
        gnutls_session_set_ptr(session_of(connection), NULL);
    if (context == NULL || !open_connection(context, connection))
        shutdown(socket_of(connection), SHUT_RDWR); // libmicrohttpd sees the end and closes it
}

void http_connection_set_deadline(
    struct http_server *server, struct MHD_Connection *connection, uint64_t answer_bytes)
{
    struct http_connection *context = context_of(connection);
    unsigned rate = server->settings.min_bytes_per_second;
    uint64_t seconds = answer_bytes / (rate > 0 ? rate : BYTES_PER_SECOND_MIN);

    if (context == NULL || context->deadline == NULL)
        return;
    if (answer_bytes < PACED_BYTES_MIN)
        http_deadline_set(
            server->deadlines, context->deadline, HTTP_CROWD_BUSY, timeout_ms(server));
    else
        http_deadline_answer(
            server->deadlines, context->deadline, timeout_ms(server) + (int64_t)seconds * 1000);
}

void http_connection_rest(struct http_server *server, struct MHD_Connection *connection)
{
    struct http_connection *context = context_of(connection);

    if (context == NULL)
        return;
    http_clients_rest(&context->link.place, true);
    if (context->deadline != NULL)
        http_deadline_set(
            server->deadlines, context->deadline, HTTP_CROWD_IDLE, timeout_ms(server));
}

static struct http_connection *context_of_session(gnutls_session_t session)
{
    char *link = gnutls_transport_get_ptr(session);

    return (struct http_connection *)(void *)(link - offsetof(struct http_connection, link));
}

// It makes room, and has so long.
static void set_unproven(const struct http_connection *context, int64_t in_ms)
{
    if (context->deadline != NULL)
        http_deadline_set(context->server->deadlines, context->deadline, HTTP_CROWD_HEARD, in_ms);
}

void http_connection_begin_handshake(gnutls_session_t session)
{
    const struct http_connection *context = context_of_session(session);

    set_unproven(context, handshake_ms(context->server));
}

void http_connection_wait_handshake(gnutls_session_t session)
{
    struct http_connection *context = context_of_session(session);

    if (context->link.sent)
        set_unproven(context, handshake_ms(context->server));
    context->link.sent = false;
}

int http_connection_admit(gnutls_session_t session)
{
    struct http_connection *context = context_of_session(session);
    struct http_server *server = context->server;
    unsigned count = 0;
    const gnutls_datum_t *chain = gnutls_certificate_get_peers(session, &count);
    struct err err;
    int rc;

    if (chain == NULL || count == 0) {
        if (!server->settings.certificate_optional)
            return GNUTLS_E_NO_CERTIFICATE_FOUND;
        rc = 0; // the bound of its address is its only one
    } else {
        rc = http_clients_enter(
            server->clients, chain[0].data, chain[0].size, &context->link.place, context->link.fd);
    }
    if (rc < 0) {
        err_set(&err, rc,
            rc == ERR_CONFLICT ? "its certificate has %u connections, all at work"
                               : "no memory for one of its %u connections",
            server->settings.max_connections_per_certificate);
        return http_handshake_refuse(http_tls_failures(server->tls), session, &err);
    }
    set_unproven(context, timeout_ms(server));
    return 0;
}

void http_connection_begin(struct http_server *server, struct MHD_Connection *connection)
{
    struct http_connection *context = context_of(connection);

    if (context == NULL)
        return;
    http_tls_release(&context->link);
    http_clients_rest(&context->link.place, false);
    if (context->deadline != NULL)
        http_deadline_set(
            server->deadlines, context->deadline, HTTP_CROWD_BUSY, timeout_ms(server));
    if (server->receipts != NULL)
        http_receipt_note_request(server->receipts, context);
    if (context->seen)
        return;
    context->seen = true;
    server->waiting--;
    if (server->tls == NULL)
        return;
    http_tls_end_handshake(session_of(connection));
    if (gnutls_session_is_resumed(session_of(connection)))
        server->resumed++;
}

void http_connection_doubt(struct MHD_Connection *connection)
{
    const struct http_connection *context = context_of(connection);

    if (context != NULL)
        set_unproven(context, handshake_ms(context->server));
}

void http_connection_begin_answer(
    struct http_request *request, const struct http_response *response)
{
    request->end = response->end;
    request->answer_length = response->length;
    if (request->end.told != NULL)
        request->answer_mark = http_verdict_mark(socket_of(request->connection));
}

void http_connection_end_answer(
    struct http_server *server, struct http_request *request, bool handed_over)
{
    struct http_connection *context = context_of(request->connection);
    struct http_receipt_answer answer = {
        .key = context,
        .fd = socket_of(request->connection),
        .mark = request->answer_mark,
        .length = request->answer_length,
        .end = request->end,
    };

    if (request->end.told == NULL || server->receipts == NULL)
        return;
    request->end.told = NULL;
    if (handed_over && context != NULL)
        context->link.holding = http_receipt_expect(server->receipts, &answer);
    else
        http_receipt_break_off(server->receipts, &answer);
}
