// From a request to its answer.
#include "server/http/http_exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/http/http_connection.h"
#include "server/http/http_incoming.h"
#include "server/http/http_refusal.h"
#include "server/http/http_request_head.h"
#include "server/http/http_turns.h"

#define PATH_SHOWN_SIZE 128

void http_exchange_complete(void *cls, struct MHD_Connection *connection, void **request_context,
    enum MHD_RequestTerminationCode code)
{
    struct http_server *server = cls;
    struct http_request *request = *request_context;

    if (request == NULL)
        return;
    http_connection_end_answer(server, request, code == MHD_REQUEST_TERMINATED_COMPLETED_OK);
    http_connection_rest(server, connection);
    server->in_hand--;
    if (request->body != NULL)
        explicit_bzero(request->body, request->body_size);
    free(request->body);
    free(request);
    *request_context = NULL;
}

// Of a path only what is plain is repeated, and not more than fits.
static void copy_plain(const char *text, char out[PATH_SHOWN_SIZE])
{
    snprintf(out, PATH_SHOWN_SIZE, "%s", text);
    for (char *p = out; *p != '\0'; p++)
        *p = *p < ' ' || *p > '~' ? '?' : *p;
}

static void refuse_path(
    const struct http_server *server, const char *path, struct http_response *response)
{
    char shown[PATH_SHOWN_SIZE];
    char reason[32 + PATH_SHOWN_SIZE];

    copy_plain(path, shown);
    snprintf(reason, sizeof reason, "no such path: %s", shown);
    http_refusal_set(server, response, MHD_HTTP_NOT_FOUND, reason);
}

static void refuse_method(const struct http_server *server, const char *path,
    struct http_response *response, unsigned allowed)
{
    char shown[PATH_SHOWN_SIZE];
    char reason[64 + PATH_SHOWN_SIZE];
    const char *methods = !(allowed & HTTP_POST)  ? "GET, HEAD"
                          : !(allowed & HTTP_GET) ? "POST"
                                                  : "GET, HEAD, POST";

    copy_plain(path, shown);
    snprintf(reason, sizeof reason, "method not allowed: %s takes %s", shown, methods);
    http_refusal_set(server, response, MHD_HTTP_METHOD_NOT_ALLOWED, reason);
    http_response_add_header(response, MHD_HTTP_HEADER_ALLOW, "%s", methods);
}

static void refuse_body(const struct http_server *server, const struct http_request *request,
    struct http_response *response)
{
    char reason[64];

    snprintf(reason, sizeof reason, "body larger than %zu bytes", request->body_max);
    http_refusal_set(server, response, MHD_HTTP_CONTENT_TOO_LARGE, reason);
}

static void handle(
    struct http_server *server, struct http_request *request, struct http_response *response)
{
    if (request->too_large)
        refuse_body(server, request, response);
    else if (request->match.route != NULL)
        request->match.route->handler(request, response, server->settings.ctx);
    else if (request->match.allowed != 0)
        refuse_method(server, request->target, response, request->match.allowed);
    else
        refuse_path(server, request->target, response);
    if (response->body == NULL)
        http_refusal_set(server, response, MHD_HTTP_INTERNAL_SERVER_ERROR, "internal error");
}

static enum MHD_Result queue(
    struct http_server *server, struct http_request *request, struct http_response *response)
{
    enum MHD_Result result;

    server->requests++;
    request->answered = true;
    if (response->body == NULL)
        return MHD_NO; // no memory: the connection ends
    http_connection_begin_answer(request, response);
    for (size_t i = 0; i < response->header_count; i++)
        MHD_add_response_header(
            response->body, response->headers[i].name, response->headers[i].value);
    http_connection_set_deadline(server, request->connection, response->length);
    result = server->queue_response(request->connection, response->status, response->body);
    MHD_destroy_response(response->body);
    return result;
}

static enum MHD_Result answer(struct http_server *server, struct http_request *request)
{
    struct http_response response = {0};

    http_turns_begin(server->turns);
    handle(server, request, &response);
    http_turns_end(server->turns);
    return queue(server, request, &response);
}

// What follows on such a connection would be anybody's guess.
static enum MHD_Result refuse_head(struct http_server *server, struct http_request *request,
    const struct http_request_head_fault *fault)
{
    struct http_response response = {0};

    http_refusal_note(server, request->connection, fault->status, fault->reason);
    http_refusal_set(server, &response, fault->status, fault->reason);
    http_response_add_header(&response, MHD_HTTP_HEADER_CONNECTION, "close");
    return queue(server, request, &response);
}

// False if its handler is not to see it: then it is answered.
static bool admit(struct http_server *server, struct http_request *request, enum MHD_Result *result)
{
    struct http_response response = {0};

    request->body_max = server->settings.max_body_bytes;
    if (server->settings.admit == NULL ||
        server->settings.admit(request, &response, &request->body_max, server->settings.ctx))
        return true;
    *result = queue(server, request, &response);
    return false;
}

// Whether it is of somebody who shows no certificate, where one is optional.
static bool is_nobodys(const struct http_server *server, const struct http_request *request)
{
    size_t n;

    return server->settings.certificate_optional &&
           http_request_peer_certificate(request, &n) == NULL;
}

static enum MHD_Result begin(struct http_server *server, struct MHD_Connection *connection,
    const struct http_request_head *head, void **request_context)
{
    struct http_request *request = calloc(1, sizeof *request);
    struct http_request_head_fault fault;
    enum MHD_Result result;

    if (request == NULL)
        return MHD_NO;
    request->connection = connection;
    request->method = head->kind;
    request->target = head->target;
    *request_context = request;
    server->in_hand++;
    http_connection_begin(server, connection);
    if (!http_request_head_check(connection, head, &fault))
        return refuse_head(server, request, &fault);
    http_route_find(server->settings.routes, request->method, head->target, &request->match);
    if (request->match.route == NULL)
        return answer(server, request); // before its body is read
    if (is_nobodys(server, request))
        http_connection_doubt(connection);
    if (!admit(server, request, &result))
        return result;
    if (http_incoming_size(connection) <= request->body_max)
        return MHD_YES;
    request->too_large = true; // answered before its body is read, then closed
    return answer(server, request);
}

enum MHD_Result http_exchange_access(void *cls, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *upload_data, size_t *upload_size,
    void **request_context)
{
    struct http_server *server = cls;
    struct http_request *request = *request_context;

    if (request == NULL) {
        struct http_request_head head = {
            method, url, version, http_connection_target(connection), http_incoming_method(method)};

        return begin(server, connection, &head, request_context);
    }
    if (*upload_size > 0) {
        int rc = http_incoming_append(request, upload_data, *upload_size, request->body_max);

        *upload_size = 0;
        return rc < 0 ? MHD_NO : MHD_YES;
    }
    return request->answered ? MHD_YES : answer(server, request);
}
