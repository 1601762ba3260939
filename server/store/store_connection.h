#ifndef STORE_CONNECTION_H
#define STORE_CONNECTION_H

#include <sqlite3.h>
#include <stdbool.h>

#include "server/base/err.h"
#include "server/store/device_gather.h"

struct store_watch;

#define STORE_CONNECTION_STATEMENTS 256 // more different statements than the store has

// One connection and the statements prepared on it.
struct store_connection {
    sqlite3 *db;
    const struct store_watch *watch; // that tells why the file fails; NULL: none
    struct device_gather *gather;    // the writer's; NULL: none
    bool gathering;                  // device_store_gather()
    struct {
        const char *sql; // the text's address is its identity
        sqlite3_stmt *handle;
    } cache[STORE_CONNECTION_STATEMENTS];
};

// Opens the file, which must exist; a reader's connection refuses to write. ERR_IO, ERR_NO_MEMORY.
ERR_CHECKED int store_connection_open(
    const char *path, bool reader, struct store_connection **out, struct err *err);

// Switches the file to a write-ahead log and the connection to the writer's settings. ERR_IO if the
// file system allows none.
ERR_CHECKED int store_connection_become_writer(
    struct store_connection *connection, struct err *err);

// NULL is allowed.
void store_connection_close(struct store_connection *connection);

// Runs constant SQL without results.
ERR_CHECKED int store_connection_execute(
    struct store_connection *connection, const char *sql, struct err *err);

// Sets err to what SQLite says of the given result code and returns the enum err_code for it:
// ERR_CONFLICT for what is not unique, ERR_NOT_FOUND for a reference to nothing, ERR_UNAVAILABLE
// for a locked database or files that store_watch_explain() has something to say of, ERR_NO_MEMORY,
// else ERR_IO. Reads errno, which the caller set to 0 before
// the call that failed.
int store_connection_fail(struct store_connection *connection, int code, struct err *err);

#endif
