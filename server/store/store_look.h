#ifndef STORE_LOOK_H
#define STORE_LOOK_H

#include "server/base/err.h"
#include "server/store/store_connection.h"

// Reads a database as starting does, and changes nothing: ERR_IO, with what to do, if it is damaged
// where starting would find it. What is not there, is empty, or has a log beside it that is not yet
// folded back, is not looked at. Nobody may work on it meanwhile.
ERR_CHECKED int store_look_run(const char *path, struct err *err);

// A connection for reading, of a database that somebody may work on meanwhile; it changes nothing
// of it. ERR_NOT_FOUND if there is none; else as store_connection_open() or
// store_migrate_check_done().
ERR_CHECKED int store_look_open(const char *path, struct store_connection **out, struct err *err);

#endif
