#ifndef STORE_COPY_H
#define STORE_COPY_H

#include <stdbool.h>
#include <stdint.h>

#include "server/base/err.h"

// Copies of the database, each a file of its own; by SQLite alone, so that a program without the
// rest of the store can look at one.

// A copy bears a mark (PRAGMA application_id), whoever puts it back and however: the daemon that
// finds it knows that the database is an earlier state of a fleet that went on (restored_store.h).
#define STORE_COPY_MARK 1397051203 // 'SESC'
#define STORE_COPY_UNMARKED 1397051216

// Copies a database that is in use as it is now, durably: on a connection of its own, so that
// nobody who writes waits. Its log grows meanwhile. goes_on() is asked every few megabytes, and
// may end it: ERR_UNAVAILABLE. `to` is a new file, and removed after an error. ERR_IO.
struct store_copy_wish {
    const char *from;
    const char *to;
    bool (*goes_on)(void *ctx);
    void *ctx;
};
ERR_CHECKED int store_copy_make(const struct store_copy_wish *wish, struct err *err);

// Calls each() with the SHA-256 of each image that the copy has, until it returns non-zero, which
// is then returned.
ERR_CHECKED int store_copy_each_image(
    const char *path, int (*each)(const char *sha256, void *ctx), void *ctx, struct err *err);

// What a copy holds.
struct store_copy_facts {
    int64_t version; // of its layout
    int64_t devices;
    int64_t images;
    bool is_marked;
};

// Reads all of a copy (PRAGMA integrity_check, foreign_key_check): ERR_INVALID if it is no database
// or damaged, ERR_IO. Writes nothing.
ERR_CHECKED int store_copy_check(const char *path, struct store_copy_facts *out, struct err *err);

#endif
