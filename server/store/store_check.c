// A database in use, looked at from outside.
#include "server/store/store_check.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "server/base/file.h"
#include "server/base/monotonic_wait.h"
#include "server/store/store_uri.h"

#define BUSY_MS 5000
#define AGAIN_MS 10

static int fail(sqlite3 *db, const char *path, int code, struct err *err)
{
    int kind = code & 0xff;
    int rc = kind == SQLITE_BUSY || kind == SQLITE_LOCKED      ? ERR_UNAVAILABLE
             : kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB ? ERR_INVALID
             : kind == SQLITE_NOMEM                            ? ERR_NO_MEMORY
                                                               : ERR_IO;

    return err_set(err, rc, "%s: %s", path, db != NULL ? sqlite3_errmsg(db) : sqlite3_errstr(code));
}

// Who works on it has a log beside it. Without one, SQLite would make one, and leave it.
static int has_log(const char *path, bool *out, struct err *err)
{
    char log[STORE_URI_PATH_SIZE];

    if ((size_t)snprintf(log, sizeof log, "%s-wal", path) >= sizeof log)
        return err_set(err, ERR_INVALID, "%.64s...: path too long", path);
    *out = access(log, F_OK) == 0;
    return 0;
}

static int open_it(const char *path, bool is_alone, sqlite3 **out, struct err *err)
{
    char uri[STORE_URI_SIZE];
    int code;
    int rc = 0;

    if (access(path, R_OK) < 0)
        return file_fail(err, "cannot open", path);
    rc = store_uri_write(path, is_alone ? STORE_URI_ALONE : STORE_URI_READ, uri, err);
    if (rc < 0)
        return rc;
    code = sqlite3_open_v2(
        uri, out, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_busy_timeout(*out, BUSY_MS);
    if (code == SQLITE_OK)
        return 0;
    rc = fail(*out, path, code, err);
    sqlite3_close(*out);
    *out = NULL;
    return rc;
}

// --- damage

struct check {
    struct store_check_facts *facts;
    sqlite3 *db;
    int64_t patience_ms;
    pthread_mutex_t lock; // guards the next two
    pthread_cond_t ended;
    bool is_done;
    bool is_over; // it took too long
};

// Ends what takes too long, on a thread of its own: of the pages that SQLite reads meanwhile it
// tells no progress. Again and again, since what has not yet begun is not ended.
static void *watch(void *ctx)
{
    struct check *check = ctx;
    struct timespec until = monotonic_wait_until(check->patience_ms);

    pthread_mutex_lock(&check->lock);
    while (!check->is_done) {
        if (pthread_cond_timedwait(&check->ended, &check->lock, &until) == 0 || check->is_done)
            continue;
        check->is_over = true;
        sqlite3_interrupt(check->db);
        until = monotonic_wait_until(AGAIN_MS);
    }
    pthread_mutex_unlock(&check->lock);
    return NULL;
}

static bool is_over(struct check *check)
{
    bool over;

    pthread_mutex_lock(&check->lock);
    over = check->is_over;
    pthread_mutex_unlock(&check->lock);
    return over;
}

// Without the line that says in which database, and in one line.
static void note(struct store_check_facts *facts, const char *text)
{
    const char *begin = strncmp(text, "***", 3) == 0 ? strchr(text, '\n') : NULL;

    facts->is_whole = false;
    snprintf(facts->damage, sizeof facts->damage, "%s", begin != NULL ? begin + 1 : text);
    for (char *p = facts->damage; *p != '\0'; p++) {
        if (*p == '\n')
            *p = ' ';
    }
}

// What is said after the end misses the pages that were not read.
static int take_row(void *ctx, int columns, char **values, char **names)
{
    struct check *check = ctx;

    (void)names;
    if (columns > 0 && values[0] != NULL && strcmp(values[0], "ok") != 0 && !is_over(check))
        note(check->facts, values[0]);
    return 0;
}

static int run(struct check *check, const char *path, struct err *err)
{
    int code = sqlite3_exec(check->db, "PRAGMA quick_check(1)", take_row, check, NULL);
    int kind = code & 0xff;

    check->facts->is_all = !is_over(check);
    if (kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB)
        note(check->facts, sqlite3_errmsg(check->db));
    else if (code != SQLITE_OK && kind != SQLITE_INTERRUPT)
        return fail(check->db, path, code, err);
    return 0;
}

static int run_watched(struct check *check, const char *path, struct err *err)
{
    pthread_t thread;
    int rc;

    pthread_mutex_init(&check->lock, NULL);
    monotonic_wait_init(&check->ended);
    if (pthread_create(&thread, NULL, watch, check) == 0) {
        rc = run(check, path, err);
        pthread_mutex_lock(&check->lock);
        check->is_done = true;
        pthread_cond_signal(&check->ended);
        pthread_mutex_unlock(&check->lock);
        pthread_join(thread, NULL);
    } else {
        rc = err_set(err, ERR_NO_MEMORY, "cannot start a thread");
    }
    pthread_cond_destroy(&check->ended);
    pthread_mutex_destroy(&check->lock);
    return rc;
}

static int look_once(const char *path, bool is_alone, struct check *check, struct err *err)
{
    int rc = open_it(path, is_alone, &check->db, err);

    if (rc == 0)
        rc = run_watched(check, path, err);
    sqlite3_close(check->db);
    return rc;
}

int store_check_whole(
    const char *path, int64_t patience_ms, struct store_check_facts *out, struct err *err)
{
    struct store_check_facts facts;
    bool was_shared;
    bool is_shared = false;
    int rc = has_log(path, &is_shared, err);

    do {
        struct check check = {.facts = &facts, .patience_ms = patience_ms};

        facts = (struct store_check_facts){.is_whole = true};
        was_shared = is_shared;
        if (rc == 0)
            rc = look_once(path, !was_shared, &check, err);
        if (rc == 0)
            rc = has_log(path, &is_shared, err);
        if (rc < 0)
            return rc;
        // Who came meanwhile has changed it below our eyes.
    } while (!facts.is_whole && !was_shared && is_shared);
    *out = facts;
    return 0;
}

// --- the fleet

static int count_row(void *ctx, int columns, char **values, char **names)
{
    (void)columns;
    (void)values;
    (void)names;
    *(bool *)ctx = true;
    return 0;
}

static int has_rows(sqlite3 *db, const char *table, const char *sql, bool *out)
{
    int code = sqlite3_table_column_metadata(db, NULL, table, NULL, NULL, NULL, NULL, NULL, NULL);

    // One of an older version may lack it.
    return code == SQLITE_ERROR ? SQLITE_OK
           : code == SQLITE_OK  ? sqlite3_exec(db, sql, count_row, out, NULL)
                                : code;
}

int store_check_fleet(const char *path, bool *has_fleet, struct err *err)
{
    bool is_shared = false;
    bool found = false;
    sqlite3 *db = NULL;
    int code;
    int rc = has_log(path, &is_shared, err);

    if (rc == 0)
        rc = open_it(path, !is_shared, &db, err);
    if (rc < 0)
        return rc;
    code = has_rows(db, "devices", "SELECT 1 FROM devices LIMIT 1", &found);
    if (code == SQLITE_OK)
        code = has_rows(db, "certificates", "SELECT 1 FROM certificates LIMIT 1", &found);
    rc = code == SQLITE_OK ? 0 : fail(db, path, code, err);
    sqlite3_close(db);
    if (rc == 0)
        *has_fleet = found;
    return rc;
}
