#ifndef CTL_ROLLOUTS_REASON_H
#define CTL_ROLLOUTS_REASON_H

#include <jansson.h>

#define ROLLOUTS_REASON_SIZE 256

// Why a rollout does not go on: why it is paused, or what it waits for, as "waits for its window
// until 2026-12-24T21:00:00Z"; "" if it does go on. Not escaped.
void rollouts_reason_write(const json_t *rollout, char out[ROLLOUTS_REASON_SIZE]);

#endif
