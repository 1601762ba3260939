// What the server keeps of each connection.
#include "server/http/http_connection.h"

#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "server/http/http_addresses.h"
#include "server/http/http_deadline.h"
#include "server/http/http_head.h"
#include "server/http/http_receipt.h"
#include "server/http/http_tls.h"

#define BYTES_PER_SECOND_MIN 1024 // a slower reader is late

struct connection {
    struct http_server *server;
    struct http_deadline *deadline; // NULL if there is no time-out
    struct http_address *address;   // NULL if there is no bound
    bool seen;                      // had a request
    struct http_tls_link link;      // with a client over TLS
    struct http_connection_target target;
};

static int64_t timeout_ms(const struct http_server *server)
{
    return (int64_t)server->settings.timeout_s * 1000;
}

static gnutls_session_t session_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);

    return info != NULL ? info->tls_session : NULL;
}

static struct connection *context_of(struct MHD_Connection *connection)
{
    return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

static int socket_of(struct MHD_Connection *connection)
{
    return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
}

struct http_server *http_connection_server(struct MHD_Connection *connection)
{
    const struct connection *context = context_of(connection);

    return context != NULL ? context->server : NULL;
}

void *http_connection_see_line(void *cls, const char *target, struct MHD_Connection *connection)
{
    struct connection *context = context_of(connection);
    size_t n = strlen(target);

    (void)cls;
    if (context != NULL)
        context->target = (struct http_connection_target){n, http_head_target_is_text(target, n)};
    return NULL;
}

struct http_connection_target http_connection_target(struct MHD_Connection *connection)
{
    const struct connection *context = context_of(connection);

    return context != NULL ? context->target : (struct http_connection_target){0};
}

enum MHD_Result http_connection_accept(void *cls, const struct sockaddr *address, socklen_t n)
{
    const struct http_server *server = cls;

    (void)n;
    return server->addresses == NULL || http_addresses_ask(server->addresses, address) ? MHD_YES
                                                                                       : MHD_NO;
}

static void close_connection(struct connection *context)
{
    struct http_server *server;

    if (context == NULL)
        return;
    server = context->server;
    if (!context->seen)
        server->waiting--;
    if (server->receipts != NULL &&
        !http_receipt_note_close(server->receipts, context, &context->link))
        http_tls_release(&context->link);
    if (context->deadline != NULL)
        http_deadline_drop(server->deadlines, context->deadline);
    if (context->address != NULL)
        http_addresses_drop(server->addresses, context->address);
    free(context);
}

// False if the connection must not go on.
static bool open_connection(struct connection *context, struct MHD_Connection *connection)
{
    struct http_server *server = context->server;

    server->waiting++;
    if (server->settings.timeout_s > 0) {
        context->deadline =
            http_deadline_add(server->deadlines, socket_of(connection), timeout_ms(server));
        if (context->deadline == NULL)
            return false;
    }
    if (server->addresses != NULL) {
        // Another thread may have accepted one of the same address since it was asked.
        context->address = http_addresses_add(server->addresses,
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr);
        if (context->address == NULL)
            return false;
    }
    return true;
}

// On STARTED the TLS session exists and its handshake has not begun.
void http_connection_notify(void *cls, struct MHD_Connection *connection, void **socket_context,
    enum MHD_ConnectionNotificationCode code)
{
    struct http_server *server = cls;
    struct connection *context;

    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        close_connection(*socket_context);
        return;
    }
    server->connections++;
    context = calloc(1, sizeof *context);
    *socket_context = context;
    if (context != NULL) {
        context->server = server;
        context->link.fd = socket_of(connection);
    }
    if (server->tls != NULL && context != NULL)
        http_tls_prepare(server->tls, session_of(connection), &context->link);
    if (context == NULL || !open_connection(context, connection))
        shutdown(socket_of(connection), SHUT_RDWR); // libmicrohttpd sees the end and closes it
}

void http_connection_set_deadline(
    struct http_server *server, struct MHD_Connection *connection, uint64_t answer_bytes)
{
    struct connection *context = context_of(connection);

    if (context != NULL && context->deadline != NULL)
        http_deadline_set(server->deadlines, context->deadline,
            timeout_ms(server) + (int64_t)(answer_bytes / BYTES_PER_SECOND_MIN) * 1000);
}

void http_connection_begin(struct http_server *server, struct MHD_Connection *connection)
{
    struct connection *context = context_of(connection);

    if (context == NULL)
        return;
    http_tls_release(&context->link);
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

void http_connection_begin_answer(
    struct http_request *request, const struct http_response *response)
{
    request->end = response->end;
    request->answer_length = response->length;
    if (request->end.told != NULL)
        request->answer_mark = http_receipt_mark(socket_of(request->connection));
}

void http_connection_end_answer(
    struct http_server *server, struct http_request *request, bool handed_over)
{
    struct connection *context = context_of(request->connection);
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
