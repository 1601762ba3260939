#ifndef STORE_OVERWRITE_H
#define STORE_OVERWRITE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "server/base/err.h"

// Notices that another program writes over the database's file. By SQLite's rules all goes through
// the log, and from there into the file by a checkpoint, which the log's index ("-shm") tells of
// (SQLite's "WAL-mode File Format", 2.2): a file that was written without one was written over.
// For store_watch alone.
struct store_overwrite_index {
    uint32_t salts[2];  // of the log, others each time that it begins anew
    uint32_t filled;    // how much of it is in the file,
    uint32_t attempted; // or on its way: a checkpoint sets this before it writes, the other after
};

struct store_overwrite {
    int index_fd; // -1: not open. Closing it drops SQLite's locks.
    bool is_marked;
    struct store_overwrite_index index; // read before the file was looked at
    struct stat file;
    bool is_found; // and stays so
};

// Looks at the file open as fd, on one thread always the same. ERR_UNAVAILABLE, with what to do.
ERR_CHECKED int store_overwrite_check(
    struct store_overwrite *overwrite, int fd, const char *path, struct err *err);

#endif
