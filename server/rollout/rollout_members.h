#ifndef ROLLOUT_MEMBERS_H
#define ROLLOUT_MEMBERS_H

#include <stdint.h>

#include "server/base/err.h"
#include "server/model/device_record.h"
#include "server/model/rollout.h"
#include "server/rollout/rollout_creation.h"
#include "server/store/store.h"

// Collects the devices of a new rollout. All borrowed; the rest begins as 0.
struct rollout_members {
    struct store_connection *connection;
    const struct rollout *rollout;
    struct rollout_created *out;
    int64_t meeting;               // devices that another rollout has,
    char other[ROLLOUT_NAME_SIZE]; // and one of these
    struct err *err;
};

// Takes one in, also into the counts of *out. ERR_NO_MEMORY, the store's errors.
ERR_CHECKED int rollout_members_add(
    struct rollout_members *members, const struct device_record *device);

// Once all are in: ERR_CONFLICT if another rollout has some; else brings them in order.
ERR_CHECKED int rollout_members_close(const struct rollout_members *members);

// Writes those of a rollout that is stored, each with its place and phase.
ERR_CHECKED int rollout_members_store(struct store_connection *connection,
    const struct rollout *rollout, const struct rollout_created *created, struct err *err);

#endif
