#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum http_method { HTTP_GET = 1, HTTP_HEAD = 2, HTTP_POST = 4, HTTP_OTHER = 8 };

// A complete request, valid during its handler's call; so is all that these functions return.
struct http_request;

enum http_method http_request_method(const struct http_request *request);

// The i-th path segment that the route captured, counted from 0.
const char *http_request_segment(const struct http_request *request, size_t i);

// The value of a query parameter, percent-decoded, or NULL; "" if it has none. The second form
// calls each() for every parameter of that name.
const char *http_request_query(const struct http_request *request, const char *name);
void http_request_each_query(const struct http_request *request, const char *name,
    void (*each)(const char *value, void *ctx), void *ctx);

// Calls each() for every query parameter, whatever its name.
void http_request_each_parameter(const struct http_request *request,
    void (*each)(const char *name, const char *value, void *ctx), void *ctx);

// The route that the request took, of the server's settings.
struct http_route;
const struct http_route *http_request_route(const struct http_request *request);

// The value of a header, or NULL. The second form calls each() for every field of that name.
const char *http_request_header(const struct http_request *request, const char *name);
void http_request_each_header(const struct http_request *request, const char *name,
    void (*each)(const char *value, void *ctx), void *ctx);

// Something of the handler's for those that it hands the request on to; NULL until it is attached.
void http_request_attach(const struct http_request *request, void *own);
void *http_request_attached(const struct http_request *request);

// The body; *n is 0 and the result may be NULL if there is none.
const uint8_t *http_request_body(const struct http_request *request, size_t *n);

// The client's certificate as DER, or NULL without TLS, or if it has none.
const uint8_t *http_request_peer_certificate(const struct http_request *request, size_t *n);

// Writes whom a bound is for: an address, of IPv6 its network of 64 bits, as "192.0.2.1" or
// "2001:db8::/64"; of a Unix socket the user, as "uid 1000".
#define HTTP_REQUEST_PEER_SIZE 46
void http_request_peer(const struct http_request *request, char out[HTTP_REQUEST_PEER_SIZE]);

// The process at the other end of a Unix socket, as it was when it connected. False, and *out
// untouched, of any other connection.
struct http_request_process {
    uint32_t uid;
    int32_t pid;
};
bool http_request_process(const struct http_request *request, struct http_request_process *out);

#define HTTP_REQUEST_FINGERPRINT_SIZE 65

// The SHA-256 of that, in hex; NULL if there is no certificate. Computed once for a connection,
// which has one certificate to its end.
const char *http_request_peer_fingerprint(const struct http_request *request);

#endif
