#ifndef STORE_FILE_H
#define STORE_FILE_H

#include <stdbool.h>

#include "server/base/err.h"

// Whether store_open() can use the file, without opening it as a database, which would change it:
// one that is not there yet is good. ERR_INVALID if it is no database or of a later version,
// ERR_DENIED if it cannot be read and written, or as file_read().
ERR_CHECKED int store_file_check(const char *path, struct err *err);

// Whether store_open() would make a new database. ERR_CONFLICT if the log of one that is gone lies
// there ("-wal"), with what it holds and nobody else does: SQLite would remove it.
ERR_CHECKED int store_file_is_new(const char *path, bool *is_new, struct err *err);

#endif
