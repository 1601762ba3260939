#ifndef ROLLOUT_CHANGE_H
#define ROLLOUT_CHANGE_H

#include <stdint.h>

#include "server/base/err.h"
#include "server/model/audit.h"
#include "server/model/rollout.h"
#include "server/release/release.h"
#include "server/settings/settings_desk.h"
#include "server/store/store.h"

// The operator's word on a rollout that is there; durable when it returns.

enum rollout_change_verb {
    ROLLOUT_CHANGE_PAUSE,  // nobody begins, and what was not sent is taken back
    ROLLOUT_CHANGE_RESUME, // the failures that there are do not count any more
    ROLLOUT_CHANGE_ABORT,  // the same as paused, for good: the image stays with who has it; a
                           // configuration is wanted of nobody any more
    ROLLOUT_CHANGE_RETRY,  // who has failed or was left out is taken in again
    ROLLOUT_CHANGE_COUNT
};

struct rollout_change_wish {
    enum rollout_change_verb verb;
    const char *name;
    const char *reason;                   // why it is paused, or NULL
    const struct audit_author *by;        // NULL: the daemon itself
    const struct settings_desk *settings; // needed for a configuration; else NULL is allowed
};

// "pause", "resume", "abort", "retry".
const char *rollout_change_name(enum rollout_change_verb verb);

// Makes the change: out->rollout is how it is then, count how many devices are taken in again. Said
// twice it changes nothing. ERR_NOT_FOUND; ERR_CONFLICT if it has ended; for retry, if it was
// aborted, or is of a configuration and done.
struct rollout_changed {
    struct rollout rollout;
    int64_t count;
};
ERR_CHECKED int rollout_change_run(struct store *store, struct release *release,
    const struct rollout_change_wish *wish, struct rollout_changed *out, struct err *err);

// Removes one that has ended, and what is known of its devices; its rows of the audit log stay.
// ERR_NOT_FOUND; ERR_CONFLICT if it has not ended, or keeps its image from devices, which all would
// then be offered.
ERR_CHECKED int rollout_change_remove(
    struct store *store, const char *name, const struct audit_author *by, struct err *err);

// The same as rollout_change_run() within a store_job.
ERR_CHECKED int rollout_change_within(struct store_connection *connection, struct release *release,
    const struct rollout_change_wish *wish, struct rollout_changed *out, struct err *err);

#endif
