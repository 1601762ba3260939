#ifndef AUDIT_TERMS_H
#define AUDIT_TERMS_H

#include <stdbool.h>

#include "server/audit/audit_tag.h"
#include "server/base/err.h"
#include "server/model/audit.h"
#include "server/store/answer_store.h"
#include "server/store/store.h"

// On which terms a request's changes are made: audit_run() keeps to them, in the transaction of the
// change. One request's, of one thread; what is below is for it and the store's writer.
struct audit_terms {
    // What must be as it was: an object, and whether its tag ("": it is not there) is one that is
    // meant. NULL: anything will do.
    bool (*accepts)(const char *tag, void *ctx);
    void *accepts_ctx;
    enum audit_kind kind;
    const char *object;
    bool is_judged;            // the answer was yes
    char left[AUDIT_TAG_SIZE]; // and so the object was left: what another changes since is refused

    // What is done once: `answer`, with its hashes alone, is what is kept of it. NULL: it is not.
    struct answer *answer;
    // Called when the change was made, to fill in its status and body (from malloc(3)) as they are
    // sent; on the store's writer. NULL: nothing is done.
    int (*describe)(
        struct store_connection *connection, void *ctx, struct answer *answer, struct err *err);
    void *describe_ctx;
    bool is_under_way; // a change is: those within it are part of it
    bool is_kept;      // what is kept was written, as far as the store has written it
};

// Before a change and after it. ERR_PRECONDITION if the object is not as was
// meant, ERR_CONFLICT if what is to be kept is there already, ERR_INVALID if nobody describes it;
// the store's errors, describe()'s.
ERR_CHECKED int audit_terms_judge(
    struct store_connection *connection, struct audit_terms *terms, struct err *err);
ERR_CHECKED int audit_terms_keep(
    struct store_connection *connection, struct audit_terms *terms, struct err *err);

#endif
