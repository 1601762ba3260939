#ifndef TLS_DOOR_H
#define TLS_DOOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"

// Looks at each TLS connection of this process whose other end has shown a certificate, when the
// handshake is done, resumed ones too, and before anything is read of it; and then at how much it
// sends. Who has not shown one is bounded, too: by 64 KB, each record counting 256 bytes more. Only
// contexts of OpenSSL that are made after tls_door_open(); one door in a process.
struct tls_door_calls {
    // Called with the certificate as DER. Who it is, for take(), valid while the door is open;
    // NULL: the connection is at its end, nothing is read; so it is, too, if there is no memory to
    // ask.
    void *(*begin)(const uint8_t *der, size_t n, void *ctx);
    // Called when a record has come, before it is read. n: the bytes that it holds, at least 1;
    // with block ciphers (RFC 5246, 6.2.3.2) up to 15 fewer. False: the connection is at its end.
    bool (*take)(void *who, size_t n, void *ctx);
};

// calls: borrowed. ERR_CONFLICT if it is open.
ERR_CHECKED int tls_door_open(const struct tls_door_calls *calls, void *ctx, struct err *err);

// Asks no more.
void tls_door_close(void);

#endif
