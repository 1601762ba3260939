#ifndef REVOCATION_LOAD_H
#define REVOCATION_LOAD_H

#include "server/base/err.h"
#include "server/model/revocation_list.h"
#include "server/store/store.h"

// The list of who is shut out, as the database has it. A certificate that its device's entry shuts
// out is not named by its serial as well: CAs run by hand have given the same one to a whole fleet.
// So what was revoked with a device that is in again, and is no older than what stays out of it, is
// named by its serial only if it was issued here and nobody else is known to bear that; else the
// device's entry reaches up to it.
ERR_CHECKED int revocation_load(
    struct store_connection *connection, struct revocation_list **out, struct err *err);

#endif
