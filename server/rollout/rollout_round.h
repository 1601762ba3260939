#ifndef ROLLOUT_ROUND_H
#define ROLLOUT_ROUND_H

#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/model/rollout.h"
#include "server/rollout/rollout_findings.h"
#include "server/store/store.h"

// One look at the health of all updated devices of a rollout, in pieces, so that no view of the
// store is held for long: first the devices that wait are read, which the others are compared with.
// Each device is judged by its own days before the order to update, and the hours since it was
// found updated; devices that ran the image already are not judged.
struct rollout_round;

// Reads which devices there are. ERR_NO_MEMORY, or what the store says.
ERR_CHECKED int rollout_round_open(struct store_connection *connection,
    const struct rollout *rollout, int64_t now_ms, struct rollout_round **out, struct err *err);

// Reads some hundred devices at most, and adds what is found against any. 1 if more are to come.
ERR_CHECKED int rollout_round_go_on(struct rollout_round *round,
    struct store_connection *connection, struct rollout_findings *findings, struct err *err);

int64_t rollout_round_rollout(const struct rollout_round *round);

// Hours since the first device was told to update; 0 if none was.
size_t rollout_round_hours(const struct rollout_round *round);

// Judges all together, once the last piece is read; to be asked once for each hour.
void rollout_round_judge_all(const struct rollout_round *round, struct rollout_health_verdict *out);

// NULL is allowed.
void rollout_round_free(struct rollout_round *round);

#endif
