#ifndef UNIX_SOCKET_H
#define UNIX_SOCKET_H

#include <stdbool.h>
#include <sys/types.h>
#include <sys/un.h>

#include "server/base/err.h"

// Stream sockets that are files.

// Writes the address of a path. ERR_INVALID if it is too long (unix(7)).
ERR_CHECKED int unix_socket_address(const char *path, struct sockaddr_un *out, struct err *err);

// Whether somebody answers there.
bool unix_socket_is_answered(const char *path);

// Listens, non-blocking; the file has that mode from its first moment on. It replaces a socket file
// that nobody answers on. The caller closes *fd. ERR_CONFLICT if somebody does or something else is
// at that path, ERR_INVALID if the path is too long, ERR_IO.
ERR_CHECKED int unix_socket_listen(const char *path, mode_t mode, int *fd, struct err *err);

#endif
