#ifndef STORE_WATCH_H
#define STORE_WATCH_H

#include "server/base/err.h"
#include "server/store/store_connection.h"

// Notices that the database's files were moved away, removed, replaced or emptied while they are
// open: SQLite would go on writing what nobody finds again, or mix two databases.
struct store_watch;

// Before SQLite opens the file, since closing a descriptor of it drops SQLite's locks.
ERR_CHECKED int store_watch_new(const char *path, struct store_watch **out, struct err *err);

// After the last connection was closed. NULL is allowed.
void store_watch_free(struct store_watch *watch);

// Whether the path still leads to the file that is open. ERR_UNAVAILABLE. Any thread.
ERR_CHECKED int store_watch_check_path(const struct store_watch *watch, struct err *err);

// Whether the files themselves say why SQLite failed on them: they were moved, emptied or
// overwritten. ERR_UNAVAILABLE, with what to do. Any thread.
ERR_CHECKED int store_watch_explain(const struct store_watch *watch, struct err *err);

// On the writer's thread, before each transaction: all that can be told of the files.
// ERR_UNAVAILABLE, with what to do; at the first time what can be saved is saved.
ERR_CHECKED int store_watch_check(
    struct store_watch *watch, struct store_connection *connection, struct err *err);

// On the writer's thread, after each transaction: how the file is then, so that the next check
// tells what others wrote from what we did.
void store_watch_note(struct store_watch *watch);

#endif
