#ifndef HTTP_INTERNAL_H
#define HTTP_INTERNAL_H

// What the files of this folder share of libmicrohttpd's objects; for them alone.

#include <microhttpd.h>
#include <stdbool.h>

#include "server/http/http_request.h"
#include "server/http/http_response.h"
#include "server/http/http_route.h"

struct http_request {
    struct MHD_Connection *connection;
    enum http_method method;
    struct http_route_match match;
    uint8_t *body;
    size_t body_size;
    size_t body_capacity;
    bool too_large;
    bool answered;
};

#define HTTP_RESPONSE_HEADERS_MAX 8
#define HTTP_RESPONSE_VALUE_SIZE 128

struct http_response {
    unsigned status;
    struct MHD_Response *body;
    uint64_t length;
    size_t header_count;
    struct {
        const char *name;
        char value[HTTP_RESPONSE_VALUE_SIZE];
    } headers[HTTP_RESPONSE_HEADERS_MAX];
};

#endif
