#ifndef SIGNER_HOUR_H
#define SIGNER_HOUR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"

#define SIGNER_HOUR_MS INT64_C(3600000)
#define SIGNER_HOUR_MOST 100000 // certificates in an hour

// When the last certificates were signed, as many as there may be in an hour. A token bucket would
// let through twice as many in one hour after a quiet one; this lets through so many in any hour.
struct signer_hour;

// most: 1 to SIGNER_HOUR_MOST. ERR_NO_MEMORY.
ERR_CHECKED int signer_hour_new(size_t most, struct signer_hour **out);
void signer_hour_free(struct signer_hour *hour);

// Whether one more may be signed at now_ms; clock_monotonic_ms()'s or another that never goes back.
bool signer_hour_has_room(const struct signer_hour *hour, int64_t now_ms);

// Counts one that was signed then, whether there was room or not.
void signer_hour_count(struct signer_hour *hour, int64_t at_ms);

// How many may be signed in an hour.
size_t signer_hour_most(const struct signer_hour *hour);

// How many may be signed from now on; those that count already go on to do so.
ERR_CHECKED int signer_hour_set_most(struct signer_hour *hour, size_t most);

#endif
