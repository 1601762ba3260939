#ifndef HTTP_ROUTE_H
#define HTTP_ROUTE_H

#include <stddef.h>

#include "server/http/http_request.h"
#include "server/http/http_response.h"

#define HTTP_ROUTE_SEGMENTS_MAX 2
#define HTTP_ROUTE_SEGMENT_SIZE 128

// What a request is handed to. Handlers run on a server's thread, several at once.
struct http_route {
    unsigned methods;    // enum http_method, or-ed; HTTP_GET includes HTTP_HEAD
    const char *pattern; // "/api/v1/devices/:" - a ':' captures one segment
    void (*handler)(const struct http_request *request, struct http_response *response, void *ctx);
};

struct http_route_match {
    const struct http_route *route; // NULL: see `allowed`
    unsigned allowed;               // methods of the routes whose pattern fits; 0: no such path
    char segments[HTTP_ROUTE_SEGMENTS_MAX][HTTP_ROUTE_SEGMENT_SIZE];
};

// Finds the first of the routes (the last has no pattern) for a method and a decoded path.
void http_route_find(const struct http_route *routes, enum http_method method, const char *path,
    struct http_route_match *out);

#endif
