// Words what the server refuses.
#include "server/http/http_refusal.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "server/base/log.h"
#include "server/http/http_addresses.h"
#include "server/http/http_connection.h"
#include "server/http/http_request_head.h"

#define REASON_SIZE 128
#define LOG_INTERVAL_MS 10000

// The page that libmicrohttpd has made for the refusal that this thread is about to queue; NULL
// where it makes them by other functions.
static _Thread_local struct {
    const char *text;
    size_t n;
} page;

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

void http_refusal_note(struct http_server *server, struct MHD_Connection *connection,
    unsigned status, const char *reason)
{
    char address[HTTP_ADDRESS_TEXT_SIZE];

    if (!tally_add(&server->bad_requests, 1, LOG_INTERVAL_MS))
        return;
    http_addresses_format_peer(
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd,
        address);
    log_info("http",
        "bad request server=%s address=%s status=%u reason=\"%s\" total=%llu: it is not HTTP/1.1 "
        "as accepted here; fix that client, if it is one of yours",
        server->settings.name, address, status, reason,
        (unsigned long long)server->bad_requests.total);
}

void http_refusal_set(const struct http_server *server, struct http_response *response,
    unsigned status, const char *reason)
{
    if (server->settings.refuse != NULL)
        server->settings.refuse(response, status, reason);
    else
        http_response_set_text(response, status, "%s", reason);
}

static const char *find(const char *text, size_t n, const char *part)
{
    return memmem(text, n, part, strlen(part));
}

// What a page of libmicrohttpd's says is wrong, in a line: its body, if that is plain text.
static bool read_page(const char *text, size_t n, char out[REASON_SIZE])
{
    static const char begin[] = "<body>";
    const char *from = text != NULL ? find(text, n, begin) : NULL;
    const char *to = from != NULL ? find(from, n - (size_t)(from - text), "</body>") : NULL;

    if (to == NULL)
        return false;
    from += sizeof begin - 1;
    for (const char *p = from; p < to; p++) {
        if (*p < ' ' || *p > '~' || *p == '<' || *p == '&')
            return false;
    }
    snprintf(out, REASON_SIZE, "malformed request: %.*s", (int)(to - from), from);
    return to > from;
}

static const char *reason_of(unsigned status, char page_reason[REASON_SIZE])
{
    switch (status) {
    case MHD_HTTP_BAD_REQUEST:
        return read_page(page.text, page.n, page_reason) ? page_reason : "malformed request";
    case MHD_HTTP_CONTENT_TOO_LARGE: return "body too large";
    case MHD_HTTP_URI_TOO_LONG: return "request line too long";
    case MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE: return "headers too large";
    case MHD_HTTP_HTTP_VERSION_NOT_SUPPORTED: return "HTTP version not supported: use HTTP/1.1";
    case MHD_HTTP_INTERNAL_SERVER_ERROR: return "internal error";
    default: return "malformed request";
    }
}

// In place of libmicrohttpd's own, by which it makes its pages since 1.0. Its header for 0.9.75 has
// none.
struct MHD_Response *MHD_create_response_from_buffer_static(size_t size, const void *buffer);

struct MHD_Response *MHD_create_response_from_buffer_static(size_t size, const void *buffer)
{
    page.text = buffer;
    page.n = size;
    // libmicrohttpd only reads it, though 0.9.75 says void *.
    return MHD_create_response_from_buffer_with_free_callback_cls(
        size, (void *)(uintptr_t)buffer, NULL, NULL);
}

// In place of libmicrohttpd's own, which this one calls; so only libmicrohttpd calls this.
enum MHD_Result MHD_queue_response(
    struct MHD_Connection *connection, unsigned int status_code, struct MHD_Response *response)
{
    struct http_server *server = http_connection_server(connection);
    struct http_response own = {0};
    char page_reason[REASON_SIZE];
    enum MHD_Result result;

    if (server == NULL)
        return MHD_NO; // no memory when it began: the connection ends
    http_connection_begin(server, connection);

    const char *reason = reason_of(status_code, page_reason);

    if (status_code != MHD_HTTP_INTERNAL_SERVER_ERROR)
        http_refusal_note(server, connection, status_code, reason);
    http_refusal_set(server, &own, status_code, reason);
    page.text = NULL;
    if (own.body == NULL)
        return server->queue_response(connection, status_code, response);
    result = server->queue_response(connection, status_code, own.body);
    MHD_destroy_response(own.body);
    return result;
}

static bool is_key(const char *key, size_t n, const char *expected)
{
    return n == strlen(expected) && memcmp(key, expected, n) == 0;
}

// Whether libmicrohttpd would refuse the request for that length.
static bool is_bad_length(const struct http_server *server, struct MHD_Connection *connection,
    const char *value, size_t n)
{
    static const char coding[] = MHD_HTTP_HEADER_TRANSFER_ENCODING;

    return n > HTTP_REQUEST_HEAD_LENGTH_DIGITS_MAX ||
           !http_request_head_length_is_number(value, n) ||
           server->lookup(connection, MHD_HEADER_KIND, coding, sizeof coding - 1, NULL, NULL) ==
               MHD_YES;
}

// In place of libmicrohttpd's own, too.
enum MHD_Result MHD_lookup_connection_value_n(struct MHD_Connection *connection,
    enum MHD_ValueKind kind, const char *key, size_t key_size, const char **value_ptr,
    size_t *value_size_ptr)
{
    const struct http_server *server = http_connection_server(connection);
    const char *value = NULL;
    size_t n = 0;
    enum MHD_Result found;

    if (server == NULL)
        return MHD_NO;
    found = server->lookup(connection, kind, key, key_size, &value, &n);
    if (kind == MHD_HEADER_KIND) {
        if (is_key(key, key_size, MHD_HTTP_HEADER_HOST) && value_ptr == NULL)
            return MHD_YES; // it only asks whether there is one
        if (found == MHD_YES && is_key(key, key_size, MHD_HTTP_HEADER_TRANSFER_ENCODING) &&
            !http_request_head_coding_is_chunked(value, n))
            return MHD_NO;
        if (found == MHD_YES && is_key(key, key_size, MHD_HTTP_HEADER_CONTENT_LENGTH) &&
            is_bad_length(server, connection, value, n))
            return MHD_NO;
    }
    if (found == MHD_YES && value_ptr != NULL)
        *value_ptr = value;
    if (found == MHD_YES && value_size_ptr != NULL)
        *value_size_ptr = n;
    return found;
}
