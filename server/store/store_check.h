#ifndef STORE_CHECK_H
#define STORE_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "server/base/err.h"

// Looks at a database that somebody may work on meanwhile, by SQLite alone, so that a program
// without the rest of the store can. Nothing of it is changed, and nobody who writes waits.

struct store_check_facts {
    bool is_whole; // no damage was found
    bool is_all;   // and all of it was looked at
    char damage[256];
};

// Looks for damage (PRAGMA quick_check) for at most patience_ms, or until it has found some.
// ERR_NOT_FOUND if there is no database, ERR_DENIED or ERR_IO if it cannot be read, ERR_UNAVAILABLE
// if it is locked, ERR_NO_MEMORY.
ERR_CHECKED int store_check_whole(
    const char *path, int64_t patience_ms, struct store_check_facts *out, struct err *err);

// Whether it names devices or certificates. Errors as above; ERR_INVALID if it is no database, or
// damaged.
ERR_CHECKED int store_check_fleet(const char *path, bool *has_fleet, struct err *err);

#endif
