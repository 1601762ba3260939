#ifndef CTL_BACKUP_KEEP_H
#define CTL_BACKUP_KEEP_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "server/base/err.h"

// Backups in a folder, named by when they were made: secureesp-20260131T235959Z.tar, or .tar.age if
// they are encrypted. A file has such a name once it is whole, so that none of them is half of one.

// Writes the path of a new one, and sweeps what unfinished ones left there. ERR_INVALID if it is
// too long, ERR_CONFLICT if it is there already.
ERR_CHECKED int backup_keep_name(
    const char *folder, int64_t now_ms, bool is_encrypted, char out[PATH_MAX], struct err *err);

// Whether a file of a folder has such a name.
bool backup_keep_is_name(const char *name);

// Whether a file begins as a backup does. ERR_NOT_FOUND, ERR_DENIED, ERR_IO.
ERR_CHECKED int backup_keep_looks_good(const char *path, bool *out, struct err *err);

// Removes those that have such a name from the folder of the one that was just made, but for that
// and the newest others, so many in all: whatever the clock said when they were named. What does
// not look like a backup neither counts nor goes. ERR_IO.
struct backup_keep_removed {
    int64_t count;
};
ERR_CHECKED int backup_keep_newest(
    const char *made, int64_t keep, struct backup_keep_removed *out, struct err *err);

#endif
