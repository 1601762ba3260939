// The server on libmicrohttpd: connections, requests, answers.
#include "server/http/http_server.h"

#include <gnutls/gnutls.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/http/http_deadline.h"
#include "server/http/http_incoming.h"
#include "server/http/http_internal.h"
#include "server/http/http_listen.h"
#include "server/http/http_tls.h"

#define CONNECTION_MEMORY (16 * 1024) // request line and headers, and what is read ahead
#define STACK_SIZE (256 * 1024)
#define BYTES_PER_SECOND_MIN 1024 // a slower reader is late

struct http_server {
    struct http_server_settings settings;
    struct http_tls *tls;
    struct http_deadlines *deadlines;
    struct MHD_Daemon *daemon;
    bool owns_socket; // the file at settings.socket_path is ours
    _Atomic uint64_t connections;
    _Atomic uint64_t requests;
    _Atomic uint64_t resumed;
    _Atomic uint64_t in_hand; // requests begun and not yet answered
};

// What the server keeps of a connection.
struct connection {
    struct http_deadline *deadline; // NULL if there is no time-out
    bool seen;                      // had a request
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

static void close_connection(struct http_server *server, struct connection *context)
{
    if (context == NULL)
        return;
    if (context->deadline != NULL)
        http_deadline_drop(server->deadlines, context->deadline);
    free(context);
}

// On STARTED the TLS session exists and its handshake has not begun.
static void notify_connection(void *cls, struct MHD_Connection *connection, void **socket_context,
    enum MHD_ConnectionNotificationCode code)
{
    struct http_server *server = cls;
    struct connection *context;

    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        close_connection(server, *socket_context);
        return;
    }
    server->connections++;
    if (server->tls != NULL)
        http_tls_prepare(server->tls, session_of(connection));
    context = calloc(1, sizeof *context);
    if (context != NULL && server->settings.timeout_s > 0)
        context->deadline = http_deadline_add(server->deadlines,
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd,
            timeout_ms(server));
    *socket_context = context;
}

static void set_deadline(
    struct http_server *server, struct MHD_Connection *connection, uint64_t answer_bytes)
{
    struct connection *context = context_of(connection);

    if (context != NULL && context->deadline != NULL)
        http_deadline_set(server->deadlines, context->deadline,
            timeout_ms(server) + (int64_t)(answer_bytes / BYTES_PER_SECOND_MIN) * 1000);
}

// What is done once for a connection, when its handshake has just ended.
static void begin_connection(struct http_server *server, struct MHD_Connection *connection)
{
    struct connection *context = context_of(connection);

    if (server->tls == NULL || context == NULL || context->seen)
        return;
    context->seen = true;
    http_tls_end_handshake(session_of(connection));
    if (gnutls_session_is_resumed(session_of(connection)))
        server->resumed++;
}

static void notify_completed(void *cls, struct MHD_Connection *connection, void **request_context,
    enum MHD_RequestTerminationCode code)
{
    struct http_server *server = cls;
    struct http_request *request = *request_context;

    (void)code;
    if (request == NULL)
        return;
    set_deadline(server, connection, 0);
    if (request->body != NULL)
        explicit_bzero(request->body, request->body_size);
    free(request->body);
    free(request);
    *request_context = NULL;
    server->in_hand--;
}

static void refuse(const struct http_server *server, struct http_response *response,
    unsigned status, const char *reason)
{
    if (server->settings.refuse != NULL)
        server->settings.refuse(response, status, reason);
    else
        http_response_set_text(response, status, "%s", reason);
}

static void refuse_method(
    const struct http_server *server, struct http_response *response, unsigned allowed)
{
    refuse(server, response, MHD_HTTP_METHOD_NOT_ALLOWED, "method not allowed");
    http_response_add_header(response, MHD_HTTP_HEADER_ALLOW, "%s%s",
        allowed & HTTP_GET ? "GET, HEAD" : "",
        allowed & HTTP_POST ? (allowed & HTTP_GET ? ", POST" : "POST") : "");
}

static void refuse_body(const struct http_server *server, struct http_response *response)
{
    char reason[64];

    snprintf(reason, sizeof reason, "body larger than %zu bytes", server->settings.max_body_bytes);
    refuse(server, response, MHD_HTTP_CONTENT_TOO_LARGE, reason);
}

static void handle(
    struct http_server *server, struct http_request *request, struct http_response *response)
{
    if (request->too_large)
        refuse_body(server, response);
    else if (request->match.route != NULL)
        request->match.route->handler(request, response, server->settings.ctx);
    else if (request->match.allowed != 0)
        refuse_method(server, response, request->match.allowed);
    else
        refuse(server, response, MHD_HTTP_NOT_FOUND, "no such path");
    if (response->body == NULL)
        refuse(server, response, MHD_HTTP_INTERNAL_SERVER_ERROR, "internal error");
}

static enum MHD_Result answer(struct http_server *server, struct http_request *request)
{
    struct http_response response = {0};
    enum MHD_Result result;

    server->requests++;
    request->answered = true;
    handle(server, request, &response);
    if (response.body == NULL)
        return MHD_NO; // no memory: the connection ends
    for (size_t i = 0; i < response.header_count; i++)
        MHD_add_response_header(response.body, response.headers[i].name, response.headers[i].value);
    set_deadline(server, request->connection, response.length);
    result = MHD_queue_response(request->connection, response.status, response.body);
    MHD_destroy_response(response.body);
    return result;
}

static enum MHD_Result begin(struct http_server *server, struct MHD_Connection *connection,
    const char *path, const char *method, void **request_context)
{
    struct http_request *request = calloc(1, sizeof *request);

    if (request == NULL)
        return MHD_NO;
    request->connection = connection;
    request->method = http_incoming_method(method);
    http_route_find(server->settings.routes, request->method, path, &request->match);
    *request_context = request;
    server->in_hand++;
    begin_connection(server, connection);
    if (request->match.route == NULL)
        return answer(server, request); // before its body is read
    if (http_incoming_size(connection) <= server->settings.max_body_bytes)
        return MHD_YES;
    request->too_large = true; // answered before its body is read, then closed
    return answer(server, request);
}

// libmicrohttpd's way: once when the headers are there, then with each piece of the body, then
// once.
static enum MHD_Result access_request(void *cls, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *upload_data, size_t *upload_size,
    void **request_context)
{
    struct http_server *server = cls;
    struct http_request *request = *request_context;

    (void)version;
    if (request == NULL)
        return begin(server, connection, url, method, request_context);
    if (*upload_size > 0) {
        int rc = http_incoming_append(
            request, upload_data, *upload_size, server->settings.max_body_bytes);

        *upload_size = 0;
        return rc < 0 ? MHD_NO : MHD_YES;
    }
    return request->answered ? MHD_YES : answer(server, request);
}

static int listen_socket(const struct http_server_settings *settings, int *fd, struct err *err)
{
    *fd = -1;
    if (settings->socket_path != NULL)
        return http_listen_unix(settings->socket_path, settings->socket_mode, fd, err);
    return http_listen_tcp(settings->address, settings->port, fd, err);
}

static int start_tls(struct http_server *server, struct err *err)
{
    const struct http_server_settings *settings = &server->settings;
    int rc = http_tls_new(settings->verify, settings->verify_ctx, &server->tls, err);

    return rc < 0 ? rc
                  : http_tls_load(server->tls, settings->certificate_file, settings->key_file, err);
}

static int start_daemon(struct http_server *server, struct err *err)
{
    const struct http_server_settings *settings = &server->settings;
    // Not epoll: with it libmicrohttpd 0.9.75 turns in circles, at a whole processor, while a
    // client is in the middle of its handshake.
    unsigned flags = MHD_USE_POLL_INTERNAL_THREAD;
    int fd;
    int rc = listen_socket(settings, &fd, err);

    if (rc < 0)
        return rc;
    server->owns_socket = settings->socket_path != NULL;

    struct MHD_OptionItem tls_options[] = {
        {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)http_tls_priorities()},
        {MHD_OPTION_HTTPS_CERT_CALLBACK, 0, (void *)http_tls_retrieve},
        {MHD_OPTION_END, 0, NULL},
    };
    struct MHD_OptionItem pool_options[] = {
        {MHD_OPTION_THREAD_POOL_SIZE, settings->threads, NULL},
        {MHD_OPTION_END, 0, NULL},
    };
    struct MHD_OptionItem no_options[] = {{MHD_OPTION_END, 0, NULL}};

    server->daemon = MHD_start_daemon(flags | (server->tls != NULL ? MHD_USE_TLS : 0u), 0, NULL,
        NULL, access_request, server, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY, MHD_OPTION_CONNECTION_LIMIT,
        settings->max_connections, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        settings->max_connections_per_address, MHD_OPTION_CONNECTION_TIMEOUT, settings->timeout_s,
        MHD_OPTION_THREAD_STACK_SIZE, (size_t)STACK_SIZE, MHD_OPTION_UNESCAPE_CALLBACK,
        http_incoming_unescape, NULL, MHD_OPTION_NOTIFY_CONNECTION, notify_connection, server,
        MHD_OPTION_NOTIFY_COMPLETED, notify_completed, server, MHD_OPTION_ARRAY,
        server->tls != NULL ? tls_options : no_options, MHD_OPTION_ARRAY,
        settings->threads > 1 ? pool_options : no_options, MHD_OPTION_END);
    if (server->daemon == NULL) {
        close(fd);
        return err_set(err, ERR_IO, "cannot start the HTTP server");
    }
    return 0;
}

int http_server_start(
    const struct http_server_settings *settings, struct http_server **out, struct err *err)
{
    struct http_server *server = calloc(1, sizeof *server);
    int rc;

    if (server == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for the HTTP server");
    server->settings = *settings;
    rc = http_deadline_start(&server->deadlines);
    if (rc < 0)
        err_set(err, rc, "cannot start the HTTP server's thread");
    if (rc == 0 && settings->socket_path == NULL)
        rc = start_tls(server, err);
    if (rc == 0)
        rc = start_daemon(server, err);
    if (rc < 0) {
        http_server_free(server, 0);
        return rc;
    }
    *out = server;
    return 0;
}

static void remove_socket(struct http_server *server)
{
    if (server->owns_socket)
        unlink(server->settings.socket_path);
    server->owns_socket = false;
}

// Answers in hand are finished; the listening socket is closed first. Its file goes before it does:
// once nobody answers there, another daemon may put its own in that place.
static void drain(struct http_server *server, int64_t grace_ms)
{
    MHD_socket fd = MHD_quiesce_daemon(server->daemon);
    int64_t until = clock_monotonic_ms() + grace_ms;
    struct timespec pause = {.tv_nsec = 10 * 1000000L};

    remove_socket(server);
    if (fd != MHD_INVALID_SOCKET)
        close(fd);
    while (server->in_hand > 0 && clock_monotonic_ms() < until)
        nanosleep(&pause, NULL);
    if (server->in_hand > 0)
        log_warning("http", "stopped with requests unfinished count=%llu",
            (unsigned long long)server->in_hand);
}

void http_server_free(struct http_server *server, int64_t grace_ms)
{
    if (server == NULL)
        return;
    if (server->daemon != NULL) {
        drain(server, grace_ms);
        MHD_stop_daemon(server->daemon);
    }
    remove_socket(server);
    http_deadline_stop(server->deadlines);
    http_tls_free(server->tls);
    free(server);
}

int http_server_reload(struct http_server *server, struct err *err)
{
    if (server->tls == NULL)
        return 0;
    return http_tls_load(
        server->tls, server->settings.certificate_file, server->settings.key_file, err);
}

void http_server_read_counters(struct http_server *server, struct http_server_counters *out)
{
    *out = (struct http_server_counters){
        .connections = server->connections,
        .requests = server->requests,
        .resumed = server->resumed,
        .refused_handshakes = server->tls != NULL ? http_tls_count_refused(server->tls) : 0,
    };
    http_deadline_count(server->deadlines, &out->timed_out, &out->open);
}
