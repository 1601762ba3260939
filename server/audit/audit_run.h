#ifndef AUDIT_RUN_H
#define AUDIT_RUN_H

#include <stdbool.h>

#include "server/audit/audit_json.h"
#include "server/base/err.h"
#include "server/model/audit.h"
#include "server/store/store.h"

// Changes, each with its row of the audit log in the same transaction: neither is ever there
// without the other. Whatever an operator changes goes through here.

// What a job knows of its change, where that is no single object that can be read before and after
// it. What stays "" is not there. Secrets are never told: no keys, networks or codes.
struct audit_told {
    char object[AUDIT_OBJECT_SIZE];
    struct audit_json before, after;
};

// All borrowed for the call.
struct audit_change {
    const struct audit_author *by; // NULL: the daemon itself decided
    const char *verb;
    enum audit_kind kind;
    const char *object; // its canonical name; NULL: `tell` says it, or it needs none
    bool forced;
    // Called once the job has done its work, with its ctx. NULL: the object is read before and
    // after it (audit_state.h).
    void (*tell)(struct audit_told *told, const void *ctx);
};

// As store_write(): runs the job on the terms of its author, and writes a row unless all is as it
// was. The job's errors; those of audit_terms.h and of the store, ERR_TOO_LARGE if the row cannot
// hold what is to be said: then nothing is changed.
ERR_CHECKED int audit_run(struct store *store, const struct audit_change *change, store_job job,
    void *ctx, struct err *err);

// The same within a job of others.
ERR_CHECKED int audit_run_within(struct store_connection *connection,
    const struct audit_change *change, store_job job, void *ctx, struct err *err);

#endif
