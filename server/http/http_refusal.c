// Words what the server refuses.
#include "server/http/http_refusal.h"

#include <dlfcn.h>
#include <string.h>

#include "server/http/http_connection.h"
#include "server/http/http_head.h"

int http_refusal_init(struct http_server *server, struct err *err)
{
    void *queue = dlsym(RTLD_NEXT, "MHD_queue_response");
    void *lookup = dlsym(RTLD_NEXT, "MHD_lookup_connection_value_n");

    if (queue == NULL || lookup == NULL)
        return err_set(err, ERR_UNAVAILABLE, "libmicrohttpd lacks a function: %s", dlerror());
    // By dlsym(3) a function comes as a pointer to an object.
    memcpy(&server->queue_response, &queue, sizeof queue);
    memcpy(&server->lookup, &lookup, sizeof lookup);
    return 0;
}

void http_refusal_set(const struct http_server *server, struct http_response *response,
    unsigned status, const char *reason)
{
    if (server->settings.refuse != NULL)
        server->settings.refuse(response, status, reason);
    else
        http_response_set_text(response, status, "%s", reason);
}

static const char *reason_of(unsigned status)
{
    switch (status) {
    case MHD_HTTP_CONTENT_TOO_LARGE: return "body too large";
    case MHD_HTTP_URI_TOO_LONG: return "request line too long";
    case MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE: return "headers too large";
    case MHD_HTTP_HTTP_VERSION_NOT_SUPPORTED: return "HTTP version not supported: use HTTP/1.1";
    case MHD_HTTP_INTERNAL_SERVER_ERROR: return "internal error";
    default: return "malformed request";
    }
}

// In place of libmicrohttpd's own, which this one calls; so only libmicrohttpd calls this.
enum MHD_Result MHD_queue_response(
    struct MHD_Connection *connection, unsigned int status_code, struct MHD_Response *response)
{
    struct http_server *server = http_connection_server(connection);
    struct http_response own = {0};
    enum MHD_Result result;

    if (server == NULL)
        return MHD_NO; // no memory when it began: the connection ends
    http_connection_begin(server, connection);
    server->bad_requests += status_code != MHD_HTTP_INTERNAL_SERVER_ERROR;
    http_refusal_set(server, &own, status_code, reason_of(status_code));
    if (own.body == NULL)
        return server->queue_response(connection, status_code, response);
    result = server->queue_response(connection, status_code, own.body);
    MHD_destroy_response(own.body);
    return result;
}

// In place of libmicrohttpd's own, too.
enum MHD_Result MHD_lookup_connection_value_n(struct MHD_Connection *connection,
    enum MHD_ValueKind kind, const char *key, size_t key_size, const char **value_ptr,
    size_t *value_size_ptr)
{
    static const char length[] = MHD_HTTP_HEADER_CONTENT_LENGTH;
    const struct http_server *server = http_connection_server(connection);
    const char *value;
    size_t n;

    if (server == NULL)
        return MHD_NO;
    if (key_size == sizeof length - 1 && memcmp(key, length, key_size) == 0 &&
        server->lookup(connection, kind, key, key_size, &value, &n) == MHD_YES &&
        (n > HTTP_HEAD_LENGTH_DIGITS_MAX || !http_head_length_is_number(value, n)))
        return MHD_NO;
    return server->lookup(connection, kind, key, key_size, value_ptr, value_size_ptr);
}
