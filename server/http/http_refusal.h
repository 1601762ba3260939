#ifndef HTTP_REFUSAL_H
#define HTTP_REFUSAL_H

#include "server/http/http_internal.h"

// Refusals by the server itself, in the words of its settings: also those that libmicrohttpd makes
// of requests that it cannot parse. It words them in HTML and has no option for it. But it calls
// functions of its public interface to make them, and the dynamic linker finds these in this
// program first:
// - MHD_queue_response(), by which the words are replaced;
// - MHD_create_response_from_buffer_static(), by which 1.0 makes its pages: they say why;
// - MHD_lookup_connection_value_n(), by which it does not see what http_request_head_check()
//   refuses in better words: that Host is missing, a coding other than chunked, a Content-Length
//   that is no number, huge (0.9.75 sends the head of that answer twice), or beside a coding.
// Where the linker does otherwise, such requests are refused all the same. For this folder alone.

// Finds libmicrohttpd's own functions. ERR_UNAVAILABLE.
ERR_CHECKED int http_refusal_init(struct http_server *server, struct err *err);

// Counts a request that breaks the rules, and tells of it in the log, every ten seconds at most.
void http_refusal_note(struct http_server *server, struct MHD_Connection *connection,
    unsigned status, const char *reason);

void http_refusal_set(const struct http_server *server, struct http_response *response,
    unsigned status, const char *reason);

#endif
