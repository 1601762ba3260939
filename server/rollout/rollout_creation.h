#ifndef ROLLOUT_CREATION_H
#define ROLLOUT_CREATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/model/audit.h"
#include "server/model/rollout.h"
#include "server/rollout/rollout_plan.h"
#include "server/settings/settings_desk.h"
#include "server/store/device_store.h"

// What is asked for, and what comes of it, whatever the rollout is of.

// A new rollout.
struct rollout_create_wish {
    struct rollout *rollout;            // name, terms, and the image, or the kind and the patch
    const struct device_filter *filter; // of the devices; of a configuration NULL is allowed
    const struct audit_author *by;
    const struct settings_desk *settings; // needed for a configuration; else NULL is allowed
    bool force;                           // of a configuration, as of struct settings_wish
};

// What it is about. Starts as {0}; the caller clears it, also after an error.
struct rollout_created {
    struct rollout_plan_member *members; // in order
    size_t count, capacity;
    int64_t canaries; // among them
    int64_t met;      // devices that meet the filter, or that the layer is for; of these are not
                      // among the members:
    int64_t current;  // who runs the image, or a later one; or gets the same config.json
    int64_t foreign;  // who runs one of another board, or does not say which
    int64_t revoked;
    int64_t off_channel; // who follows stable, where the image is published to beta alone
    bool is_published;   // by this rollout
};

void rollout_creation_clear(struct rollout_created *created);

#endif
