#ifndef COMMAND_MARK_H
#define COMMAND_MARK_H

#include <stdbool.h>
#include <stddef.h>

#include "server/audit/audit_run.h"
#include "server/base/err.h"
#include "server/model/audit.h"
#include "server/store/mark_store.h"
#include "server/store/store.h"

// What an operator says of a device, durably. All: ERR_NOT_FOUND if the device is unknown,
// ERR_IO if the database fails, errors of what runs the change.

// Makes such a change, of the device that change->object names: audit_run(), or what judges it,
// too.
typedef int command_mark_run(struct store *store, const struct audit_change *change, store_job job,
    void *ctx, struct err *err);

struct command_mark_tags {
    const char *mac;
    const char *const *add;
    size_t add_count;
    const char *const *remove; // what it does not have is passed over
    size_t remove_count;
    const struct audit_author *by;
    bool forced;           // whatever that judges; for the audit log, too
    command_mark_run *run; // NULL: audit_run()
};

// ERR_INVALID if one is no tag, ERR_TOO_LARGE if the device would have too many: then none is
// changed.
ERR_CHECKED int command_mark_set_tags(
    struct store *store, const struct command_mark_tags *wish, struct err *err);

struct command_mark_hold {
    const char *mac;
    bool on;
    const struct audit_author *by;
    const char *reason; // or NULL
    bool forced;        // as above
    command_mark_run *run;
};

// *out is what holds of the device then. Held again, the new reason counts (NULL:
// all stays as it is), since when it is held stays. ERR_INVALID if the reason is too long, or no
// UTF-8.
ERR_CHECKED int command_mark_set_hold(struct store *store, const struct command_mark_hold *wish,
    struct device_mark *out, struct err *err);

// ERR_INVALID if it is no image's name, ERR_CONFLICT if it is one of another board than the
// device's.
struct command_mark_pin {
    const char *mac;
    const char *image; // beyond which the device must not go; "" ends that
    bool forced;       // as above
    const struct audit_author *by;
    command_mark_run *run;
};
ERR_CHECKED int command_mark_set_pin(struct store *store, const struct command_mark_pin *wish,
    struct device_mark *out, struct err *err);

struct command_mark_canary {
    const char *mac;
    bool on;
    const struct audit_author *by;
    bool forced; // as above
    command_mark_run *run;
};
ERR_CHECKED int command_mark_set_canary(struct store *store, const struct command_mark_canary *wish,
    struct device_mark *out, struct err *err);

#endif
