// How a request comes in: its method, its decoded text, its body piece by piece.
#include "server/http/http_incoming.h"

#include <stdlib.h>
#include <string.h>

#include "server/base/err.h"

enum http_method http_incoming_method(const char *name)
{
    return strcmp(name, "GET") == 0    ? HTTP_GET
           : strcmp(name, "HEAD") == 0 ? HTTP_HEAD
           : strcmp(name, "POST") == 0 ? HTTP_POST
                                       : HTTP_OTHER;
}

int http_incoming_append(struct http_request *request, const char *data, size_t n, size_t max)
{
    if (request->body_size + n > max) {
        request->too_large = true;
        return 0;
    }
    if (request->body_size + n > request->body_capacity) {
        size_t capacity = request->body_capacity == 0 ? 4096 : request->body_capacity;

        while (capacity < request->body_size + n)
            capacity *= 2;

        uint8_t *grown = malloc(capacity);

        if (grown == NULL)
            return ERR_NO_MEMORY;
        if (request->body_size > 0) {
            memcpy(grown, request->body, request->body_size);
            explicit_bzero(request->body, request->body_size); // it may hold secrets
        }
        free(request->body);
        request->body = grown;
        request->body_capacity = capacity;
    }
    memcpy(request->body + request->body_size, data, n);
    request->body_size += n;
    return 0;
}

uint64_t http_incoming_size(struct MHD_Connection *connection)
{
    const char *text =
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);

    return text != NULL ? strtoull(text, NULL, 10) : 0;
}

size_t http_incoming_unescape(void *cls, struct MHD_Connection *connection, char *text)
{
    size_t n = MHD_http_unescape(text);

    (void)cls;
    (void)connection;
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '\0')
            text[i] = '\x01';
    }
    return n;
}
