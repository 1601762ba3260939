#ifndef AUDIT_TAG_H
#define AUDIT_TAG_H

#include "server/base/err.h"
#include "server/model/audit.h"
#include "server/store/store.h"

#define AUDIT_TAG_SIZE 33 // 32 hex digits

// What tells how an object is from how it was: another one after each change that an operator or
// the daemon makes of it, the same while only what devices say of themselves changes. "" if there
// is no such object. It stands for its state (audit_state.h) and for the number of its last row in
// the log, so that what is changed back differs, too. ERR_IO, ERR_TOO_LARGE.
ERR_CHECKED int audit_tag_read(struct store_connection *connection, enum audit_kind kind,
    const char *object, char out[AUDIT_TAG_SIZE], struct err *err);

#endif
