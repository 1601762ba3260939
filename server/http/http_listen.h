#ifndef HTTP_LISTEN_H
#define HTTP_LISTEN_H

#include <stdint.h>

#include "server/base/err.h"

// Listens, non-blocking; the caller closes *fd. address: a host name or address, "0.0.0.0" or "::"
// for all. Of what is sent to a client that does not read, the system takes some 128 KiB and no
// more. ERR_INVALID, ERR_UNAVAILABLE.
ERR_CHECKED int http_listen_tcp(const char *address, uint16_t port, int *fd, struct err *err);

#endif
