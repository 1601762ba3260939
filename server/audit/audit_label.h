#ifndef AUDIT_LABEL_H
#define AUDIT_LABEL_H

#include "server/audit/audit_json.h"
#include "server/store/store.h"

// Adds to a device's state what an operator calls it, where it is and what is to be known of it.
// ERR_IO.
ERR_CHECKED int audit_label_add(
    struct store_connection *connection, const char *mac, struct audit_json *out, struct err *err);

#endif
