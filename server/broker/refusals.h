#ifndef REFUSALS_H
#define REFUSALS_H

#include <stdbool.h>
#include <stdint.h>

#include "server/base/rate.h"

// How often connections were refused lately, by their certificates and in all. mosquitto 2.0.11
// loses the memory of a will, up to a whole packet, with each: so they are kept few. All zero at
// the start.

#define REFUSALS_PLACES 1024    // certificates share them by chance: that does little harm
#define REFUSALS_SHUT_OUT_S 600 // for who is let in otherwise

struct refusals {
    struct rate_use all;
    struct rate_use places[REFUSALS_PLACES];
};

// Counts one of the certificate whose SHA-256, in hex, is given. Whether they are many.
bool refusals_add(struct refusals *refusals, const char *fingerprint, int64_t now_ms);

// Whether they are many: more than ten of one certificate, or a thousand in all; those of long ago
// do not count.
bool refusals_are_many(const struct refusals *refusals, const char *fingerprint, int64_t now_ms);

#endif
