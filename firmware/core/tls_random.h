#ifndef FIRMWARE_CORE_TLS_RANDOM_H
#define FIRMWARE_CORE_TLS_RANDOM_H

#include <stdbool.h>

#include <mbedtls/ctr_drbg.h>

#include "firmware/port/port.h"

// The random numbers of TLS sessions.
struct tls_random {
    mbedtls_ctr_drbg_context generator; // for mbedtls_ctr_drbg_random(), once it is seeded
    bool is_seeded;
};

void tls_random_init(struct tls_random *self);

// Seeds it from the port, which may have nothing to offer before its link is up; anew if it is
// seeded already. 0, or Mbed TLS's error.
int tls_random_seed(struct tls_random *self, struct port *port);

void tls_random_clear(struct tls_random *self);

#endif
