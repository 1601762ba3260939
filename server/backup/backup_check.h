#ifndef BACKUP_CHECK_H
#define BACKUP_CHECK_H

#include <stdint.h>

#include "server/base/err.h"

// What the database of a backup holds.
struct backup_check_facts {
    int64_t version; // of its layout
    int64_t devices;
    int64_t images;
};

// Reads all of a database that a backup brought, and changes nothing: ERR_INVALID if it is damaged,
// none of ours, or not the copy that a backup has; ERR_IO. Uses no other part of the store, so that
// the command line can.
ERR_CHECKED int backup_check_database(
    const char *path, struct backup_check_facts *out, struct err *err);

#endif
