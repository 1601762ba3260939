#ifndef ROLLOUT_FINDINGS_H
#define ROLLOUT_FINDINGS_H

#include <stddef.h>
#include <stdint.h>

#include "common/mac.h"
#include "server/rollout/rollout_health.h"

// What was found against updated devices, until it is written.

struct rollout_finding {
    int64_t rollout;
    char mac[MAC_SIZE]; // "": against all together
    char reason[ROLLOUT_HEALTH_REASON_SIZE];
};

// Zeroed: none. rollout_findings_clear frees it.
struct rollout_findings {
    struct rollout_finding *items;
    size_t count, capacity;
};

// Takes a copy. ERR_NO_MEMORY.
int rollout_findings_add(struct rollout_findings *findings, const struct rollout_finding *finding);

// The reason, or NULL. findings: NULL is allowed.
const char *rollout_findings_reason(
    const struct rollout_findings *findings, int64_t rollout, const char *mac);

void rollout_findings_clear(struct rollout_findings *findings);

#endif
