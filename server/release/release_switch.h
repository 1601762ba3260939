#ifndef RELEASE_SWITCH_H
#define RELEASE_SWITCH_H

#include "server/audit/audit_run.h"
#include "server/store/mark_store.h"

// Changes of which channel devices follow. Durable when they return.

// Runs the job as audit_run() does, unless devices that follow another channel by it would not come
// to the newest image of that, and do come to that of theirs today: then ERR_CONFLICT with the
// reason, unless the change is forced. Errors of audit_run().
ERR_CHECKED int release_switch_run(struct store *store, const struct audit_change *change,
    store_job job, void *ctx, struct err *err);

// The same of a change of the device that change->object names, which alone may follow another
// channel by it: its own, its tags, what groups go by. Costs no look at the others.
ERR_CHECKED int release_switch_run_device(struct store *store, const struct audit_change *change,
    store_job job, void *ctx, struct err *err);

struct release_switch_wish {
    const char *mac;
    enum channel channel; // CHANNEL_NONE: what its groups say
    bool force;
    const struct audit_author *by;
};

// Says it of one device; *out is what holds of it then. ERR_NOT_FOUND; ERR_CONFLICT as above.
ERR_CHECKED int release_switch_device(struct store *store, const struct release_switch_wish *wish,
    struct device_mark *out, struct err *err);

#endif
