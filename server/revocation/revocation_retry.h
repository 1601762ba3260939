#ifndef REVOCATION_RETRY_H
#define REVOCATION_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "server/revocation/revocation_file.h"

// When to try again what failed: the database would be read and the disk waited for each time. All
// zero: at once.
struct revocation_retry {
    int64_t next_ms; // monotonic
    int64_t delay_ms;
    uint64_t stamp[16]; // how the list's place looked after the last attempt
};

#define REVOCATION_RETRY_FIRST_MS 1000
#define REVOCATION_RETRY_MAX_MS 60000

// An attempt failed: the next one is due after twice the time, or once the list's place is another.
void revocation_retry_note(
    struct revocation_retry *retry, const struct revocation_file *file, int64_t now_ms);

// Whether one is due. Looks at the place alone.
bool revocation_retry_is_due(
    const struct revocation_retry *retry, const struct revocation_file *file, int64_t now_ms);

#endif
