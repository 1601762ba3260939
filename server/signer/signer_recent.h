#ifndef SIGNER_RECENT_H
#define SIGNER_RECENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"

#define SIGNER_RECENT_MOST 1024 // orders that are remembered
#define SIGNER_RECENT_MS INT64_C(600000)

// What was signed a short time ago, so that the same order gets the same certificate: whoever gave
// it, or this process, may have ended before the answer arrived.
struct signer_recent;

ERR_CHECKED int signer_recent_new(struct signer_recent **out);
void signer_recent_free(struct signer_recent *recent);

// What is the same when an order comes again.
struct signer_recent_order {
    const char *mac;
    const char *key_id; // public_key.h
    int days;           // that it is to be valid
};

// Remembers the certificate of an order, n bytes of DER, in place of the oldest one if there are
// too many; without memory it does not. Times are clock_monotonic_ms()'s.
void signer_recent_keep(struct signer_recent *recent, const struct signer_recent_order *order,
    const uint8_t *der, size_t n, int64_t now_ms);

// Whether that order was signed within SIGNER_RECENT_MS: its latest certificate, which is borrowed
// until the next signer_recent_keep().
bool signer_recent_find(const struct signer_recent *recent, const struct signer_recent_order *order,
    int64_t now_ms, const uint8_t **der, size_t *n);

#endif
