#ifndef HTTP_LISTEN_H
#define HTTP_LISTEN_H

#include <stdint.h>
#include <sys/types.h>

#include "server/base/err.h"

// Listening sockets, non-blocking; the caller closes *fd.

// address: a host name or address, "0.0.0.0" or "::" for all. ERR_INVALID, ERR_UNAVAILABLE.
// Of what is sent to a client that does not read, the system takes some 128 KiB and no more.
ERR_CHECKED int http_listen_tcp(const char *address, uint16_t port, int *fd, struct err *err);

// Replaces a socket file that nobody answers on. ERR_CONFLICT if somebody does or something else is
// at that path, ERR_INVALID if the path is too long, ERR_IO.
ERR_CHECKED int http_listen_unix(const char *path, mode_t mode, int *fd, struct err *err);

#endif
