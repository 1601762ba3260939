#ifndef STORE_URI_H
#define STORE_URI_H

#include "server/base/err.h"

#define STORE_URI_PATH_SIZE 4096
#define STORE_URI_SIZE (3 * STORE_URI_PATH_SIZE + 64)

// How a database is opened to look at it.
#define STORE_URI_READ "mode=ro"              // somebody may work on it meanwhile
#define STORE_URI_ALONE "mode=ro&immutable=1" // nobody does: no lock, no file beside it

// Writes the name of a database as SQLite's "URI Filenames" has it, for SQLITE_OPEN_URI.
// ERR_INVALID if the path is too long.
ERR_CHECKED int store_uri_write(
    const char *path, const char *how, char out[STORE_URI_SIZE], struct err *err);

#endif
