#ifndef HTTP_ACCEPT_H
#define HTTP_ACCEPT_H

#include "server/http/http_internal.h"

// Takes connections from the listening socket and hands them to libmicrohttpd, which would stop
// taking them without a word when there are too many, or no descriptors left. For this folder
// alone.
struct http_accept;

// Starts the thread that does so. The socket is taken over, unless that fails.
ERR_CHECKED int http_accept_start(
    struct http_server *server, int listen_fd, struct http_accept **out, struct err *err);

// Takes no more. Close the listening socket, whose number it returns. NULL is allowed (-1).
int http_accept_stop(struct http_accept *accept);

#endif
