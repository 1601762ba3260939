#ifndef AUDIT_STATE_H
#define AUDIT_STATE_H

#include "server/audit/audit_json.h"
#include "server/base/err.h"
#include "server/model/audit.h"
#include "server/store/store.h"

// How an object of that kind and canonical name is in the database, as far as operators change it
// and without secrets; *out, which is zeroed, stays so if there is none. Commands and networks are
// told by who orders them, and cannot be read: nothing either. ERR_IO if the database fails.
ERR_CHECKED int audit_state_read(struct store_connection *connection, enum audit_kind kind,
    const char *object, struct audit_json *out, struct err *err);

#endif
