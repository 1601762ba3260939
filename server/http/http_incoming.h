#ifndef HTTP_INCOMING_H
#define HTTP_INCOMING_H

#include <stddef.h>
#include <stdint.h>

#include "server/http/http_internal.h"

// Receiving a request from libmicrohttpd; for this folder alone.

enum http_method http_incoming_method(const char *name);

// The announced length of the body; 0 if there is none or it is nonsense, which libmicrohttpd
// refuses.
uint64_t http_incoming_size(struct MHD_Connection *connection);

// Adds n bytes to the body, or notes that it is larger than max. ERR_NO_MEMORY.
int http_incoming_append(struct http_request *request, const char *data, size_t n, size_t max);

// Percent-decodes as libmicrohttpd does (its MHD_OPTION_UNESCAPE_CALLBACK), but a NUL does not hide
// what follows it: no name has the character that takes its place.
size_t http_incoming_unescape(void *cls, struct MHD_Connection *connection, char *text);

#endif
