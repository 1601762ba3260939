#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include "server/base/err.h"
#include "server/store/store_connection.h"

// Brings the database to this program's version, one transaction for each step. ERR_INVALID if it
// is of a later version or none of ours; else as store_connection_fail().
ERR_CHECKED int store_migrate_run(struct store_connection *connection, struct err *err);

#endif
