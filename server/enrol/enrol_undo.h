#ifndef ENROL_UNDO_H
#define ENROL_UNDO_H

#include "server/base/err.h"
#include "server/enrol/enrol_judge.h"
#include "server/store/store.h"

// The signer refuses for good what was decided. All borrowed.
struct enrol_undo {
    const struct enrol_judge *judge; // the request, as it was decided
    const char *reason;
};

// A store_job whose ctx is one of these. Takes back what the decision used up: the device may come
// with another key, and its code and its place in an open window count again; an operator is told
// why. What an operator decided since stays.
ERR_CHECKED int enrol_undo_run(struct store_connection *connection, void *ctx, struct err *err);

#endif
