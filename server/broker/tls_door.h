#ifndef TLS_DOOR_H
#define TLS_DOOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"

// Looks at each TLS connection of this process whose other end has shown a certificate, when the
// handshake is done, resumed ones too, and before anything is read of it. Only contexts of OpenSSL
// that are made after this call; one door in a process.

// Called with the certificate as DER; true: the connection is at its end, nothing is read.
typedef bool tls_door_fn(const uint8_t *der, size_t n, void *ctx);

ERR_CHECKED int tls_door_open(tls_door_fn *turns_away, void *ctx, struct err *err);

// Asks no more.
void tls_door_close(void);

#endif
