#ifndef SETTINGS_ROLLOUT_H
#define SETTINGS_ROLLOUT_H

#include <stdbool.h>

#include "server/base/err.h"
#include "server/model/rollout.h"
#include "server/settings/settings_change.h"
#include "server/settings/settings_desk.h"
#include "server/store/store.h"

// What rollouts of a configuration ask of settings.

struct settings_rollout_trial {
    bool force; // as of struct settings_wish, with these two
    int (*each_different)(const char *mac, void *ctx);
    void *ctx;
    struct settings_outcome outcome; // filled in
};

// Says what its end would be, as settings_change_try(), and brings its patch into the form in which
// a layer is kept. ERR_CONFLICT also if another rollout tries something on any of the same devices.
ERR_CHECKED int settings_rollout_try(const struct settings_desk *desk,
    struct store_connection *connection, struct rollout *rollout,
    struct settings_rollout_trial *trial, struct err *err);

// Sets for all what it has brought, within a store_job: one change of settings, which the history
// ascribes to who began it. Nothing is changed if it is set already. The errors of
// settings_change_run(); they have changed nothing.
ERR_CHECKED int settings_rollout_finish(const struct settings_desk *desk,
    struct store_connection *connection, const struct rollout *rollout, struct err *err);

#endif
