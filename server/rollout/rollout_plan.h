#ifndef ROLLOUT_PLAN_H
#define ROLLOUT_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/mac.h"
#include "server/model/rollout.h"

// Which devices are in which phase, and which may begin now; pure.

// A device that takes part.
struct rollout_plan_member {
    char mac[MAC_SIZE];
    char site[ROLLOUT_SITE_SIZE];
    bool is_canary;
    bool is_online;
    uint64_t lot; // rollout_plan_lot()
};

// A number that orders devices of a rollout as if by lot, and always the same.
uint64_t rollout_plan_lot(const char *rollout, const char *mac);

// Orders two members, for qsort(3): those that are there before others, then by lot; with the
// second one canaries go before all.
int rollout_plan_compare(const void *a, const void *b);
int rollout_plan_compare_canaries(const void *a, const void *b);

// How many of count devices are to have the image by the end of a phase: a share is rounded up; the
// last phase is for all. Never less than by the end of the phase before.
int64_t rollout_plan_bound(const struct rollout_terms *terms, int64_t phase, int64_t count);

// The phase of the device at a place, of so many.
int64_t rollout_plan_phase_of(const struct rollout_terms *terms, int64_t place, int64_t count);

// How many failures pause it, of so many devices whose phase has come: at least 1.
int64_t rollout_plan_failures(const struct rollout_terms *terms, int64_t count);

// What the bounds are used up by.
struct rollout_plan_use {
    int64_t begun;       // within the last minute
    int64_t downloading; // now
};

// Whether one more may begin, if so many of its site download; counts it then.
bool rollout_plan_take(
    const struct rollout_terms *terms, struct rollout_plan_use *use, int64_t *of_site);

// When it may end if it goes on as it has: of so many devices, so many have come to an end. 0: not
// known.
int64_t rollout_plan_end(
    const struct rollout *rollout, int64_t devices, int64_t settled, int64_t now_ms);

#endif
