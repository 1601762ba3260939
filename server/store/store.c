// The database as the rest of the daemon sees it: one writer, a pool of readers.
#include "server/store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/file.h"
#include "server/base/log.h"
#include "server/base/pace.h"
#include "server/store/store_connection.h"
#include "server/store/store_migrate.h"
#include "server/store/store_watch.h"
#include "server/store/store_writer.h"

#define FILE_MODE 0600u // at most; SQLite gives its log and index files the same
#define IDLE_READERS 8  // kept open
#define TELL_MS 60000   // how often at most that a reader failed

struct store {
    char *path;
    struct store_watch *watch;
    struct store_writer *writer;
    pthread_mutex_t mutex; // over the two below
    struct store_connection *idle[IDLE_READERS];
    size_t idle_count;
    struct pace given_up;
};

// Makes the file if there is none, and takes away what its mode allows too much. Before SQLite
// opens it: closing a second descriptor later would drop SQLite's locks.
static int prepare_file(const char *path, struct err *err)
{
    struct stat st;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, FILE_MODE);
    int rc = 0;

    if (fd < 0)
        return err_set(err, ERR_IO, "cannot open %s: %m", path);
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        rc = err_set(err, ERR_INVALID, "%s is not a regular file", path);
    else if ((st.st_mode & 07777u & ~FILE_MODE) != 0 && fchmod(fd, st.st_mode & FILE_MODE) < 0)
        rc = err_set(err, ERR_IO, "cannot change the mode of %s: %m", path);
    close(fd);
    return rc < 0 ? rc : file_sync_folder_of(path, err);
}

static int start_writer(struct store *store, struct err *err)
{
    struct store_connection *connection;
    int rc = store_connection_open(store->path, false, &connection, err);

    if (rc < 0)
        return rc;
    rc = store_migrate_run(connection, err);
    if (rc == 0)
        rc = store_connection_become_writer(connection, err);
    if (rc == 0)
        rc = store_watch_check(store->watch, connection, err);
    if (rc < 0) {
        store_connection_close(connection);
        return rc;
    }
    connection->watch = store->watch;
    return store_writer_start(connection, store->watch, &store->writer, err);
}

int store_open(const char *path, struct store **out, struct err *err)
{
    struct err local = {0};
    struct store *store = calloc(1, sizeof *store);

    if (err == NULL)
        err = &local;
    if (store == NULL || (store->path = strdup(path)) == NULL) {
        free(store);
        return err_set(err, ERR_NO_MEMORY, "no memory for the database");
    }
    pthread_mutex_init(&store->mutex, NULL);

    int rc = prepare_file(path, err);

    if (rc == 0)
        rc = store_watch_new(path, &store->watch, err);
    if (rc == 0) {
        rc = start_writer(store, err);
        if (rc < 0)
            err_context(err, "%s", path);
    }
    if (rc < 0) {
        store_close(store);
        return rc;
    }
    *out = store;
    return 0;
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    for (size_t i = 0; i < store->idle_count; i++)
        store_connection_close(store->idle[i]);
    store_writer_free(store->writer);
    store_watch_free(store->watch);
    pthread_mutex_destroy(&store->mutex);
    free(store->path);
    free(store);
}

int store_write(struct store *store, store_job job, void *ctx, struct err *err)
{
    return store_writer_run(store->writer, job, ctx, err);
}

int store_post(struct store *store, store_job job, void *ctx, void (*release)(void *ctx))
{
    return store_writer_post(store->writer, NULL, job, ctx, release);
}

int store_post_from(struct store *store, const struct store_source *source, store_job job,
    void *ctx, void (*release)(void *ctx))
{
    return store_writer_post(store->writer, source, job, ctx, release);
}

int store_flush(struct store *store, int64_t patience_ms)
{
    return store_writer_flush(store->writer, patience_ms);
}

void store_set_commit_hook(struct store *store, void (*hook)(void *ctx), void *ctx)
{
    store_writer_set_commit_hook(store->writer, hook, ctx);
}

void store_read_counters(struct store *store, struct store_counters *out)
{
    store_writer_read_counters(store->writer, out);
}

int store_read_begin(struct store *store, struct store_connection **out, struct err *err)
{
    struct store_connection *connection = NULL;
    int rc = 0;

    pthread_mutex_lock(&store->mutex);
    if (store->idle_count > 0)
        connection = store->idle[--store->idle_count];
    pthread_mutex_unlock(&store->mutex);
    if (connection == NULL)
        rc = store_watch_check_path(store->watch, err);
    if (connection == NULL && rc == 0)
        rc = store_connection_open(store->path, true, &connection, err);
    if (connection == NULL && rc < 0 && store_watch_explain(store->watch, err) < 0)
        rc = ERR_UNAVAILABLE;
    if (rc == 0 && connection != NULL) {
        connection->watch = store->watch;
        rc = store_connection_execute(connection, "BEGIN", err);
    }
    if (rc < 0) {
        store_connection_close(connection);
        return rc;
    }
    *out = connection;
    return 0;
}

void store_read_end(struct store *store, struct store_connection *connection)
{
    struct err err = {0};
    bool keep = store_connection_execute(connection, "COMMIT", &err) == 0;

    if (!keep && pace_is_due(&store->given_up, TELL_MS))
        log_warning("store", "reader given up error=\"%s\"", err.message);
    pthread_mutex_lock(&store->mutex);
    keep = keep && store->idle_count < IDLE_READERS;
    if (keep)
        store->idle[store->idle_count++] = connection;
    pthread_mutex_unlock(&store->mutex);
    if (!keep)
        store_connection_close(connection);
}
