#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include <stdint.h>

#include "server/base/err.h"
#include "server/store/store_connection.h"

// Brings the database to this program's version, one transaction for each step. ERR_INVALID if it
// is of a later version or none of ours; else as store_connection_fail().
ERR_CHECKED int store_migrate_run(struct store_connection *connection, struct err *err);

// Whether that can be done with a database of that version and so many tables. ERR_INVALID.
ERR_CHECKED int store_migrate_judge(int64_t version, int64_t tables, struct err *err);

// Whether the database is of this program's version: ERR_UNAVAILABLE if it is of an earlier one.
// Else as store_migrate_run().
ERR_CHECKED int store_migrate_check_done(struct store_connection *connection, struct err *err);

#endif
