#ifndef ROLLOUT_CREATE_H
#define ROLLOUT_CREATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/model/audit.h"
#include "server/model/rollout.h"
#include "server/release/release.h"
#include "server/rollout/rollout_plan.h"
#include "server/settings/settings_desk.h"
#include "server/store/device_store.h"
#include "server/store/store.h"

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

// Says who would take part, and changes nothing. Errors as of rollout_create_run().
ERR_CHECKED int rollout_create_plan(struct store *store, struct release *release,
    const struct rollout_create_wish *wish, struct rollout_created *out, struct err *err);

// Creates it, durably, and publishes its image, if it is not: to nobody yet. ERR_INVALID if there
// is no such time zone; ERR_NOT_FOUND if there is no such image, or nobody takes part; ERR_CONFLICT
// if there is a rollout of that name, one that has not ended has some of the devices, or another
// image of the board is under a rollout; errors of release_publish(), ERR_NO_MEMORY, ERR_IO. Of a
// configuration: those of settings_change_run(); ERR_CONFLICT if another one has not ended whose
// layer is for any of the devices; ERR_NOT_FOUND also if nobody would get another file.
ERR_CHECKED int rollout_create_run(struct release *release, const struct rollout_create_wish *wish,
    struct rollout_created *out, struct err *err);

void rollout_create_clear(struct rollout_created *created);

#endif
