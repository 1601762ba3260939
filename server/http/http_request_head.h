#ifndef HTTP_REQUEST_HEAD_H
#define HTTP_REQUEST_HEAD_H

#include <stdbool.h>

#include "server/http/http_connection.h"

// The head of a request - request line and headers - by the rules of RFC 9112 that libmicrohttpd
// 0.9.75 does not enforce: what it skips, mends or does not see, another reader might understand
// otherwise. For this folder alone.

struct http_request_head {
    const char *method, *target, *version; // as libmicrohttpd cut the request line, in place
    struct http_connection_target raw;
    enum http_method kind;
};

struct http_request_head_fault {
    unsigned status;
    const char *reason;
};

// Whether bytes are such as may stand in a path and its query: others would have to be
// percent-encoded (RFC 3986, 2).
bool http_request_head_target_is_text(const char *target, size_t n);

#define HTTP_REQUEST_HEAD_LENGTH_DIGITS_MAX 18 // so many fit into 64 bits

// Whether a Content-Length is digits alone; not whether so much is taken (RFC 9110, 8.6).
bool http_request_head_length_is_number(const char *value, size_t n);

// Whether a Transfer-Encoding is the one that is taken (RFC 9112, 7).
bool http_request_head_coding_is_chunked(const char *value, size_t n);

// To be called when the headers are there; false, with a fault, if the request must not be served
// and its connection not be used again.
bool http_request_head_check(struct MHD_Connection *connection,
    const struct http_request_head *head, struct http_request_head_fault *fault);

#endif
