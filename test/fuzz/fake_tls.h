#ifndef FAKE_TLS_H
#define FAKE_TLS_H

#include <stddef.h>
#include <stdint.h>

#include "firmware/core/tls.h"

// In the place of firmware/core/tls.c: the session opens at once, and the peer says what the input
// says, then, when nothing more comes, closes it in order.

// What the next session's peer says. seed 0: all is received and sent at once; else in pieces of at
// most so many bytes, with moments in which there is nothing.
void fake_tls_start(struct tls *tls, const uint8_t *p, size_t n, size_t most, uint32_t seed);

// What was sent so far, its beginning if it is long.
#define FAKE_TLS_SENT_MAX 32768
const uint8_t *fake_tls_sent(size_t *n);

#endif
