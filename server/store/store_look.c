// A look into a database that nobody works on.
#include "server/store/store_look.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "server/store/store_connection.h"

#define PATH_SIZE 4096

// As SQLite's "URI Filenames" has it. Immutable: without files of its own beside the database.
static void write_uri(const char *path, char out[3 * PATH_SIZE])
{
    char *end = out + sprintf(out, "file:");

    for (const char *p = path; *p != '\0'; p++)
        end += sprintf(end, strchr("%?#", *p) != NULL ? "%%%02x" : "%c", (unsigned char)*p);
    sprintf(end, "?immutable=1");
}

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
    char uri[3 * PATH_SIZE];
    int rc = 0;

    if ((size_t)snprintf(log, sizeof log, "%s-wal", path) >= sizeof log)
        return err_set(err, ERR_INVALID, "%.64s...: path too long", path);
    if (!is_filled(path) || is_filled(log))
        return 0;
    write_uri(path, uri);
    if (sqlite3_open_v2(uri, &connection.db,
            SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK)
        rc = read_all(&connection, err);
    sqlite3_close(connection.db);
    return rc < 0 ? err_context(err, "%s", path) : 0;
}
