// The database's files, as others may change them.
#include "server/store/store_watch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/log.h"
#include "server/store/statement.h"
#include "server/store/store_overwrite.h"

#define PATH_SIZE 4096
#define HEADER_SIZE 28 // of "The Database Header" of SQLite's file format
#define COUNTER_AT 24  // the file change counter, which never falls

struct store_watch {
    char path[PATH_SIZE];
    int fd;
    struct stat opened;
    // Of the writer's thread:
    bool has_side_files;
    struct stat log, index; // "-wal" and "-shm"
    uint32_t counter;
    struct store_overwrite overwrite;
    bool has_saved; // what could be saved
};

static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

// Where the open file is now, as the system knows it.
static void find(const struct store_watch *watch, char *out, size_t size)
{
    char link[64];
    ssize_t n;

    snprintf(link, sizeof link, "/proc/self/fd/%d", watch->fd);
    n = readlink(link, out, size - 1);
    out[n > 0 ? n : 0] = '\0';
}

int store_watch_check_path(const struct store_watch *watch, struct err *err)
{
    struct stat now;
    struct stat open_file;
    char place[256];

    if (stat(watch->path, &now) == 0 && is_same(&now, &watch->opened))
        return 0;
    if (fstat(watch->fd, &open_file) == 0 && open_file.st_nlink == 0)
        return err_set(err, ERR_UNAVAILABLE,
            "%.200s was removed or replaced under the daemon, nothing is written any more: stop "
            "the daemon, put %.200s.rescued in its place, remove its -wal and -shm, and start",
            watch->path, watch->path);
    find(watch, place, sizeof place);
    return err_set(err, ERR_UNAVAILABLE,
        "%.200s was moved to %s under the daemon, or unmounted, or is another file now: nothing is "
        "written until it is back",
        watch->path, place);
}

static bool stat_beside(const struct store_watch *watch, const char *suffix, struct stat *out)
{
    char path[PATH_SIZE + 8];

    snprintf(path, sizeof path, "%s%s", watch->path, suffix);
    return stat(path, out) == 0;
}

static int open_index(const struct store_watch *watch)
{
    char path[PATH_SIZE + 8];

    snprintf(path, sizeof path, "%s-shm", watch->path);
    return open(path, O_RDONLY | O_CLOEXEC);
}

static int check_side_files(struct store_watch *watch, struct err *err)
{
    struct stat log;
    struct stat index;
    bool are_there = stat_beside(watch, "-wal", &log) && stat_beside(watch, "-shm", &index);

    if (!watch->has_side_files && are_there) {
        watch->log = log;
        watch->index = index;
        watch->has_side_files = true;
        watch->overwrite.index_fd = open_index(watch);
    }
    if (!watch->has_side_files ||
        (are_there && is_same(&log, &watch->log) && is_same(&index, &watch->index)))
        return 0;
    return err_set(err, ERR_UNAVAILABLE,
        "%.200s-wal or -shm was removed or replaced under the daemon: nothing is written any more; "
        "restart the daemon, which loses nothing that was stored",
        watch->path);
}

// Once the store is open there always is a header.
static int read_counter(const struct store_watch *watch, uint32_t *out, struct err *err)
{
    uint8_t header[HEADER_SIZE];
    ssize_t n = pread(watch->fd, header, sizeof header, 0);
    const uint8_t *p = header + COUNTER_AT;

    if (n == HEADER_SIZE && memcmp(header, "SQLite format 3", 16) == 0) {
        *out = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
        return 0;
    }
    return err_set(err, ERR_UNAVAILABLE,
        "%.200s was emptied or overwritten under the daemon, nothing is written any more: stop the "
        "daemon, put a backup in its place, remove its -wal and -shm, and start",
        watch->path);
}

int store_watch_new(const char *path, struct store_watch **out, struct err *err)
{
    struct store_watch *watch = calloc(1, sizeof *watch);

    if (watch == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for the database");
    watch->overwrite.index_fd = -1;
    watch->fd = open(path, O_RDONLY | O_CLOEXEC);
    if ((size_t)snprintf(watch->path, sizeof watch->path, "%s", path) >= sizeof watch->path ||
        watch->fd < 0 || fstat(watch->fd, &watch->opened) < 0) {
        int rc = err_set(err, ERR_IO, "cannot open %.256s: %m", path);

        store_watch_free(watch);
        return rc;
    }
    if (read_counter(watch, &watch->counter, NULL) < 0)
        watch->counter = 0; // a new one
    *out = watch;
    return 0;
}

void store_watch_free(struct store_watch *watch)
{
    if (watch == NULL)
        return;
    if (watch->overwrite.index_fd >= 0)
        close(watch->overwrite.index_fd);
    if (watch->fd >= 0)
        close(watch->fd);
    free(watch);
}

int store_watch_explain(const struct store_watch *watch, struct err *err)
{
    uint32_t counter;
    int rc = read_counter(watch, &counter, err);

    return rc < 0 ? rc : store_watch_check_path(watch, err);
}

static int check_header(struct store_watch *watch, struct err *err)
{
    uint32_t counter;
    int rc = read_counter(watch, &counter, err);

    if (rc < 0)
        return rc;
    if (counter < watch->counter)
        return err_set(err, ERR_UNAVAILABLE,
            "an older copy was written over %.200s under the daemon, nothing is written any more: "
            "stop the daemon, put the copy there again, remove its -wal and -shm, and start",
            watch->path);
    watch->counter = counter;
    return 0;
}

// The file has no name any more, and ends with the daemon.
static void save_copy(const struct store_watch *watch, struct store_connection *connection)
{
    char path[PATH_SIZE + 16];
    struct statement s;
    struct err err = {0};

    snprintf(path, sizeof path, "%s.rescued", watch->path);
    statement_open(&s, connection, "VACUUM INTO ?1");
    statement_bind_text(&s, path);
    if (statement_run(&s, &err) < 0)
        log_error("store", "cannot save the database as %s: %s", path, err.message);
    else
        log_warning("store", "the database that was removed was saved path=%s", path);
}

static void save(struct store_watch *watch, struct store_connection *connection, bool is_bad)
{
    struct stat now;

    if (watch->has_saved)
        return;
    watch->has_saved = is_bad || (fstat(watch->fd, &now) == 0 && now.st_nlink == 0);
    if (is_bad) // what the log holds does not belong to what the file holds now
        sqlite3_db_config(connection->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    else if (watch->has_saved)
        save_copy(watch, connection);
}

int store_watch_check(
    struct store_watch *watch, struct store_connection *connection, struct err *err)
{
    int rc = check_header(watch, err);
    bool is_bad = rc < 0;

    if (rc == 0)
        rc = store_watch_check_path(watch, err);
    if (rc == 0)
        rc = check_side_files(watch, err);
    if (rc == 0) {
        rc = store_overwrite_check(&watch->overwrite, watch->fd, watch->path, err);
        is_bad = rc < 0;
    }
    if (rc < 0)
        save(watch, connection, is_bad);
    return rc;
}

void store_watch_note(struct store_watch *watch)
{
    if (store_overwrite_check(&watch->overwrite, watch->fd, watch->path, NULL) < 0)
        return; // the next check says so
}
