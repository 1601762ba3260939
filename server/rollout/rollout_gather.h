#ifndef ROLLOUT_GATHER_H
#define ROLLOUT_GATHER_H

#include "server/base/err.h"
#include "server/release/release.h"
#include "server/rollout/rollout_judge.h"
#include "server/settings/settings_want.h"
#include "server/store/mark_store.h"
#include "server/store/replacement_store.h"
#include "server/store/store.h"

// What is known of one device of a rollout.

// Which rollout, and when. All borrowed.
struct rollout_gather {
    struct store_connection *connection;
    const struct release_catalogue *catalogue;
    const struct rollout *rollout;
    int64_t now_ms;
    const struct settings_base *base; // the lowest layer; NULL: it is of an image
};

// The facts, and what they point to: not to be copied.
struct rollout_gathered {
    struct rollout_facts facts;
    struct device_record record;
    struct device_mark mark;
    struct replacement replacement;
    struct command command;
    struct settings_want want; // of a configuration, unless the device waits
    char why[ROLLOUT_REASON_SIZE];
};

// Reads it; device is borrowed. Errors are the store's.
ERR_CHECKED int rollout_gather_read(const struct rollout_gather *gather,
    const struct rollout_device *device, struct rollout_gathered *out, struct err *err);

// How the config.json that a device runs stands to what it is to get; why says more of
// ROLLOUT_PLACE_NO_WAY.
enum rollout_place rollout_gather_place_config(
    const struct rollout *rollout, const struct settings_want *want, char why[ROLLOUT_REASON_SIZE]);

// The site of a device by its tags: the first one that begins with the prefix, "" if none does.
ERR_CHECKED int rollout_gather_site(struct store_connection *connection, const char *mac,
    const char *prefix, char out[ROLLOUT_SITE_SIZE], struct err *err);

#endif
