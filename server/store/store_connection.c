// A connection to the database.
#include "server/store/store_connection.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "server/store/store_watch.h"

static const char common_settings[] = "PRAGMA busy_timeout = 5000;"
                                      "PRAGMA foreign_keys = ON;"
                                      "PRAGMA trusted_schema = OFF;"
                                      "PRAGMA temp_store = MEMORY;";

static const char reader_settings[] = "PRAGMA query_only = ON;"
                                      "PRAGMA cache_size = -4096;"; // KiB

// The write-ahead log is folded back every 16 MB and keeps at most 64 MB of disk. Reading something
// makes its files, for store_watch to know; a log that a crash left is folded back, for
// store_overwrite to know where it stands.
static const char writer_settings[] = "PRAGMA synchronous = NORMAL;"
                                      "PRAGMA cache_size = -16384;"
                                      "PRAGMA wal_autocheckpoint = 4096;"
                                      "PRAGMA journal_size_limit = 67108864;"
                                      "PRAGMA wal_checkpoint(PASSIVE);"
                                      "PRAGMA user_version;";

#define DAMAGED                                                                                    \
    ": it is damaged: stop the daemon, keep a copy of it, put a backup in its place, remove its "  \
    "-wal and -shm, and start"

// Whether the file itself was not what SQLite expected, for a reason that can be seen from outside.
static bool explain(struct store_connection *connection, int code, struct err *err)
{
    static const int codes[] = {SQLITE_ERROR, SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_IOERR,
        SQLITE_CANTOPEN}; // no such table

    if (connection == NULL || connection->watch == NULL)
        return false;
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        if (codes[i] == (code & 0xff) && store_watch_explain(connection->watch, err) < 0)
            return true;
    }
    return false;
}

// What the operator can do.
static const char *advice_of(int code)
{
    static const struct {
        int code;
        const char *advice;
    } rows[] = {
        {SQLITE_BUSY, ": another program holds it: find it with fuser(1), and end it"},
        {SQLITE_LOCKED, ": another program holds it: find it with fuser(1), and end it"},
        {SQLITE_FULL, ": make room on its file system, or raise the quota"},
        {SQLITE_READONLY, ": let the daemon's user write it and its folder, and the file system"},
        {SQLITE_IOERR, ": the system's log says more about that disk"},
        {SQLITE_CANTOPEN, ": let the daemon's user read and write it and its folder"},
        {SQLITE_CORRUPT, DAMAGED},
        {SQLITE_NOTADB, DAMAGED},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].code == (code & 0xff))
            return rows[i].advice;
    }
    return "";
}

int store_connection_fail(struct store_connection *connection, int code, struct err *err)
{
    int result = ERR_IO;
    int number = errno;

    if (explain(connection, code, err))
        return ERR_UNAVAILABLE;
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: result = ERR_UNAVAILABLE; break;
    case SQLITE_NOMEM: result = ERR_NO_MEMORY; break;
    case SQLITE_CONSTRAINT:
        if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY)
            result = ERR_CONFLICT;
        else if (code == SQLITE_CONSTRAINT_FOREIGNKEY || code == SQLITE_CONSTRAINT_NOTNULL)
            result = ERR_NOT_FOUND;
        break;
    default: break;
    }

    const char *text = connection != NULL && sqlite3_extended_errcode(connection->db) == code
                           ? sqlite3_errmsg(connection->db)
                           : sqlite3_errstr(code);

    if ((code & 0xff) != SQLITE_IOERR || number == 0)
        return err_set(err, result, "database: %s%s", text, advice_of(code));
    errno = number;
    return err_set(err, result, "database: %s: %m%s", text, advice_of(code));
}

int store_connection_execute(struct store_connection *connection, const char *sql, struct err *err)
{
    errno = 0;

    int code = sqlite3_exec(connection->db, sql, NULL, NULL, NULL);

    return code == SQLITE_OK ? 0 : store_connection_fail(connection, code, err);
}

static int open_database(
    struct store_connection *connection, const char *path, bool reader, struct err *err)
{
    int code =
        sqlite3_open_v2(path, &connection->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);

    if (code != SQLITE_OK)
        return store_connection_fail(NULL, code, err);
    sqlite3_extended_result_codes(connection->db, 1);
    sqlite3_db_config(connection->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);

    int rc = store_connection_execute(connection, common_settings, err);

    if (rc == 0 && reader)
        rc = store_connection_execute(connection, reader_settings, err);
    return rc;
}

static int is_wal(void *ctx, int columns, char **values, char **names)
{
    (void)names;
    *(bool *)ctx = columns == 1 && values[0] != NULL && strcmp(values[0], "wal") == 0;
    return 0;
}

int store_connection_become_writer(struct store_connection *connection, struct err *err)
{
    bool wal = false;
    int code = sqlite3_exec(connection->db, "PRAGMA journal_mode = WAL", is_wal, &wal, NULL);

    if (code != SQLITE_OK)
        return store_connection_fail(connection, code, err);
    if (!wal)
        return err_set(err, ERR_IO, "the database's file system allows no write-ahead log");
    connection->gather = device_gather_new();
    return store_connection_execute(connection, writer_settings, err);
}

int store_connection_open(
    const char *path, bool reader, struct store_connection **out, struct err *err)
{
    struct store_connection *connection = calloc(1, sizeof *connection);

    if (connection == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for a database connection");

    int rc = open_database(connection, path, reader, err);

    if (rc < 0) {
        store_connection_close(connection);
        return rc;
    }
    *out = connection;
    return 0;
}

void store_connection_close(struct store_connection *connection)
{
    if (connection == NULL)
        return;
    for (size_t i = 0; i < STORE_CONNECTION_STATEMENTS; i++)
        sqlite3_finalize(connection->cache[i].handle);
    sqlite3_close(connection->db);
    device_gather_free(connection->gather);
    free(connection);
}
