// Copies of the database.
#include "server/store/store_copy.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "server/base/file.h"
#include "server/store/store_uri.h"

#define PAGES_AT_ONCE 2048 // 8 MB
#define SHA256_SIZE 65

// The copy is nobody's yet: what is half done is thrown away.
static const char unguarded[] = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;";

// SQLite's backup takes over that the log is written ahead, which needs two files more.
static const char mark[] = "PRAGMA journal_mode = DELETE; PRAGMA application_id = 1397051203;";
_Static_assert(STORE_COPY_MARK == 1397051203, "the mark stands in this text");

static const char hold[] = "BEGIN; SELECT count(*) FROM sqlite_schema;";

static int fail(sqlite3 *db, const char *path, struct err *err)
{
    int code = sqlite3_errcode(db) & 0xff;
    bool is_damaged = code == SQLITE_CORRUPT || code == SQLITE_NOTADB || code == SQLITE_ERROR;

    return err_set(
        err, is_damaged ? ERR_INVALID : ERR_IO, "%s: database: %s", path, sqlite3_errmsg(db));
}

static int open_one(const char *path, int flags, sqlite3 **out, struct err *err)
{
    int rc = 0;

    if (sqlite3_open_v2(path, out, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK ||
        sqlite3_busy_timeout(*out, 5000) != SQLITE_OK) {
        rc = *out == NULL ? err_set(err, ERR_NO_MEMORY, "no memory for a database")
                          : fail(*out, path, err);
        sqlite3_close(*out);
        *out = NULL;
    }
    return rc;
}

static int execute(sqlite3 *db, const char *path, const char *sql, struct err *err)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : fail(db, path, err);
}

static int copy_pages(
    sqlite3 *from, sqlite3 *to, const struct store_copy_wish *wish, struct err *err)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
    int code = SQLITE_OK;
    bool goes_on = true;

    if (backup == NULL)
        return fail(to, wish->to, err);
    while (code == SQLITE_OK && (goes_on = wish->goes_on(wish->ctx)))
        code = sqlite3_backup_step(backup, PAGES_AT_ONCE);
    if (!goes_on) {
        (void)sqlite3_backup_finish(backup);
        return err_set(err, ERR_UNAVAILABLE, "nobody waits for the copy any more");
    }
    if (sqlite3_backup_finish(backup) != SQLITE_OK || code != SQLITE_DONE)
        return fail(to, wish->to, err);
    return 0;
}

// All that is copied is of one moment: the one in which the reading transaction began.
static int copy_held(
    sqlite3 *from, sqlite3 *to, const struct store_copy_wish *wish, struct err *err)
{
    int rc = execute(to, wish->to, unguarded, err);

    if (rc == 0)
        rc = execute(from, wish->from, hold, err);
    if (rc == 0)
        rc = copy_pages(from, to, wish, err);
    if (rc == 0)
        rc = execute(from, wish->from, "COMMIT", err);
    return rc < 0 ? rc : execute(to, wish->to, mark, err);
}

static int sync_file(const char *path, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int rc = fd < 0 || fsync(fd) < 0 ? err_set(err, ERR_IO, "cannot write %s: %m", path) : 0;

    if (fd >= 0)
        close(fd);
    return rc;
}

static int copy(sqlite3 *from, const struct store_copy_wish *wish, struct err *err)
{
    sqlite3 *to = NULL;
    int rc = open_one(wish->to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, &to, err);

    if (rc == 0)
        rc = copy_held(from, to, wish, err);
    sqlite3_close(to);
    if (rc == 0)
        rc = sync_file(wish->to, err);
    if (rc < 0)
        unlink(wish->to);
    return rc;
}

int store_copy_make(const struct store_copy_wish *wish, struct err *err)
{
    sqlite3 *from = NULL;
    int rc = open_one(wish->from, SQLITE_OPEN_READWRITE, &from, err);

    if (rc == 0)
        rc = copy(from, wish, err);
    sqlite3_close(from);
    return rc;
}

// A file that nobody else has: no lock, no log, nothing is written.
static int open_copy(const char *path, sqlite3 **out, struct err *err)
{
    char uri[STORE_URI_SIZE];
    int rc = store_uri_write(path, STORE_URI_ALONE, uri, err);

    return rc < 0 ? rc : open_one(uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, out, err);
}

struct visit {
    int (*each)(const char *text, void *ctx);
    void *ctx;
    int result;
};

static int visit_row(void *ctx, int columns, char **values, char **names)
{
    struct visit *visit = ctx;

    (void)names;
    if (columns < 1 || values[0] == NULL)
        return 0;
    visit->result = visit->each(values[0], visit->ctx);
    return visit->result != 0;
}

// The first column of each row, until each() returns non-zero.
static int read_rows(
    sqlite3 *db, const char *path, const char *sql, struct visit *visit, struct err *err)
{
    int code = sqlite3_exec(db, sql, visit_row, visit, NULL);

    if (code == SQLITE_ABORT && visit->result != 0)
        return visit->result;
    return code == SQLITE_OK ? 0 : fail(db, path, err);
}

int store_copy_each_image(
    const char *path, int (*each)(const char *sha256, void *ctx), void *ctx, struct err *err)
{
    struct visit visit = {each, ctx, 0};
    sqlite3 *db = NULL;
    int rc = open_copy(path, &db, err);

    if (rc == 0)
        rc = read_rows(db, path, "SELECT DISTINCT sha256 FROM images ORDER BY 1", &visit, err);
    sqlite3_close(db);
    return rc;
}

static int keep_first(const char *text, void *ctx)
{
    char *first = ctx;

    if (first[0] == '\0')
        snprintf(first, SHA256_SIZE, "%s", text);
    return 0;
}

// The first row's first column, "" if there is none.
static int read_text(
    sqlite3 *db, const char *path, const char *sql, char out[SHA256_SIZE], struct err *err)
{
    struct visit visit = {keep_first, out, 0};

    out[0] = '\0';
    return read_rows(db, path, sql, &visit, err);
}

static int read_number(
    sqlite3 *db, const char *path, const char *sql, int64_t *out, struct err *err)
{
    char text[SHA256_SIZE];
    long long number = 0;
    int rc = read_text(db, path, sql, text, err);

    if (rc == 0 && sscanf(text, "%lld", &number) != 1) // NOLINT(cert-err34-c): SQLite's own number
        rc = err_set(err, ERR_INVALID, "%s: it is no database of secureesp", path);
    if (rc == 0)
        *out = number;
    return rc;
}

static int check_whole(sqlite3 *db, const char *path, struct err *err)
{
    char text[SHA256_SIZE];
    int rc = read_text(db, path, "PRAGMA integrity_check", text, err);

    if (rc < 0)
        return rc;
    if (strcmp(text, "ok") != 0)
        return err_set(err, ERR_INVALID, "%s: the database is damaged: %s", path, text);
    rc = read_text(db, path, "PRAGMA foreign_key_check", text, err);
    if (rc == 0 && text[0] != '\0')
        rc = err_set(err, ERR_INVALID, "%s: the database refers to rows that are gone", path);
    return rc;
}

int store_copy_check(const char *path, struct store_copy_facts *out, struct err *err)
{
    struct store_copy_facts facts = {0};
    int64_t application = 0;
    sqlite3 *db = NULL;
    int rc = open_copy(path, &db, err);

    if (rc == 0)
        rc = check_whole(db, path, err);
    if (rc == 0)
        rc = read_number(db, path, "PRAGMA application_id", &application, err);
    if (rc == 0)
        rc = read_number(db, path, "PRAGMA user_version", &facts.version, err);
    if (rc == 0)
        rc = read_number(db, path, "SELECT count(*) FROM devices", &facts.devices, err);
    if (rc == 0)
        rc = read_number(db, path, "SELECT count(*) FROM images", &facts.images, err);
    sqlite3_close(db);
    if (rc < 0)
        return rc;
    facts.is_marked = application == STORE_COPY_MARK;
    *out = facts;
    return 0;
}
