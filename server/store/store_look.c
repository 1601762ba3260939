// A look into a database that nobody works on.
#include "server/store/store_look.h"

#include <stdbool.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "server/store/store_migrate.h"
#include "server/store/store_uri.h"

#define PATH_SIZE STORE_URI_PATH_SIZE

static bool is_filled(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && st.st_size > 0;
}

// What the tables lack in an older version is no damage.
static int read_all(struct store_connection *connection, struct err *err)
{
    static const char *const reads[] = {
        "SELECT count(*) FROM sqlite_schema",
        "SELECT * FROM devices LIMIT 1",
        "SELECT * FROM commands LIMIT 1",
        "SELECT * FROM images LIMIT 1",
        "SELECT * FROM image_embeds LIMIT 1",
        "SELECT * FROM keys LIMIT 1",
        "SELECT * FROM certificates LIMIT 1",
        "SELECT * FROM device_revocations LIMIT 1",
        "SELECT * FROM replacements LIMIT 1",
        "SELECT * FROM progress LIMIT 1",
        "SELECT max(id) FROM statuses",
        "SELECT max(id) FROM events",
    };

    for (size_t i = 0; i < sizeof reads / sizeof reads[0]; i++) {
        int code = sqlite3_exec(connection->db, reads[i], NULL, NULL, NULL);

        if ((code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB)
            return store_connection_fail(connection, code, err);
    }
    return 0;
}

int store_look_run(const char *path, struct err *err)
{
    struct store_connection connection = {0};
    char log[PATH_SIZE];
    char uri[STORE_URI_SIZE];
    int rc = 0;

    if ((size_t)snprintf(log, sizeof log, "%s-wal", path) >= sizeof log)
        return err_set(err, ERR_INVALID, "%.64s...: path too long", path);
    if (!is_filled(path) || is_filled(log))
        return 0;
    rc = store_uri_write(path, STORE_URI_ALONE, uri, err);
    if (rc < 0)
        return rc;
    if (sqlite3_open_v2(uri, &connection.db,
            SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK)
        rc = read_all(&connection, err);
    sqlite3_close(connection.db);
    return rc < 0 ? err_context(err, "%s", path) : 0;
}

static int open_connection(
    const char *uri, const char *path, struct store_connection **out, struct err *err)
{
    struct store_connection *connection = calloc(1, sizeof *connection);

    if (connection == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for a database connection");
    errno = 0;

    int code = sqlite3_open_v2(
        uri, &connection->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL);

    if (code == SQLITE_OK) // reads the file
        code = sqlite3_exec(
            connection->db, "PRAGMA busy_timeout = 5000; PRAGMA user_version", NULL, NULL, NULL);

    int rc = code == SQLITE_OK ? store_migrate_check_done(connection, err)
                               : store_connection_fail(connection, code, err);

    if (rc < 0) {
        store_connection_close(connection);
        return err_context(err, "%s", path);
    }
    *out = connection;
    return 0;
}

// Who works on it has a log beside it.
int store_look_open(const char *path, struct store_connection **out, struct err *err)
{
    char log[PATH_SIZE];
    char uri[STORE_URI_SIZE];
    struct stat st;

    if ((size_t)snprintf(log, sizeof log, "%s-wal", path) >= sizeof log)
        return err_set(err, ERR_INVALID, "%.64s...: path too long", path);
    if (stat(path, &st) < 0)
        return err_set(err, errno == ENOENT || errno == ENOTDIR ? ERR_NOT_FOUND : ERR_IO,
            "cannot look at %s: %m", path);

    bool is_alone = stat(log, &st) < 0 && errno == ENOENT;
    int rc = store_uri_write(path, is_alone ? STORE_URI_ALONE : STORE_URI_READ, uri, err);

    return rc < 0 ? rc : open_connection(uri, path, out, err);
}
