#ifndef TEST_SERVER_STORE_STORE_FIXTURE_H
#define TEST_SERVER_STORE_STORE_FIXTURE_H

// A store in a scratch folder, for cmocka's setup and teardown, and what the tests of the store do
// over and over. In a header, since each test program is one file.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdbool.h>
#include <stdlib.h>

#include "server/store/device_store.h"
#include "server/store/statement.h"
#include "server/store/store.h"
#include "test/unit/server/base/scratch.h"

#define MAC_1 "84f3eb000001"
#define MAC_2 "84f3eb000002"
#define MAC_3 "84f3eb000003"

struct fixture {
    char *folder;
    char path[SCRATCH_PATH_SIZE];
    struct store *store;
};

static inline void fixture_open(struct fixture *f)
{
    struct err err = {0};

    if (store_open(f->path, &f->store, &err) < 0)
        fail_msg("%s", err.message);
}

static inline void fixture_close(struct fixture *f)
{
    store_close(f->store);
    f->store = NULL;
}

static inline int fixture_set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    void *folder = NULL;

    if (f == NULL || scratch_make(&folder) < 0) {
        free(f);
        return -1;
    }
    f->folder = folder;
    scratch_path(folder, "test.db", f->path);
    *state = f;
    fixture_open(f);
    return 0;
}

static inline int fixture_tear_down(void **state)
{
    struct fixture *f = *state;
    void *folder = f->folder;

    fixture_close(f);
    free(f);
    return scratch_remove(&folder);
}

static inline void fixture_write(struct fixture *f, store_job job, void *ctx)
{
    struct err err = {0};

    if (store_write(f->store, job, ctx, &err) < 0)
        fail_msg("%s", err.message);
}

static inline int fixture_nothing(struct store_connection *connection, void *ctx, struct err *err)
{
    (void)connection;
    (void)ctx;
    (void)err;
    return 0;
}

// Waits until everything posted before is committed.
static inline void fixture_flush(struct fixture *f)
{
    fixture_write(f, fixture_nothing, NULL);
}

static inline struct store_connection *fixture_read(struct fixture *f)
{
    struct store_connection *connection = NULL;
    struct err err = {0};

    if (store_read_begin(f->store, &connection, &err) < 0)
        fail_msg("%s", err.message);
    return connection;
}

static inline struct device_record fixture_device(const char *mac)
{
    struct device_record device = {.first_seen_ms = 1, .last_seen_ms = 2, .online = true};

    memcpy(device.mac, mac, MAC_SIZE);
    device.reason = DEVICE_REASON_STATUS;
    return device;
}

// A store_job; ctx is a struct device_record.
static inline int fixture_put(struct store_connection *connection, void *ctx, struct err *err)
{
    return device_store_put(connection, ctx, NULL, err);
}

static inline void fixture_add_device(struct fixture *f, const char *mac)
{
    struct device_record device = fixture_device(mac);

    fixture_write(f, fixture_put, &device);
}

static inline bool fixture_is_known(struct fixture *f, const char *mac)
{
    struct store_connection *connection = fixture_read(f);
    struct device_record device;
    int rc = device_store_get(connection, mac, &device, NULL);

    store_read_end(f->store, connection);
    if (rc != 0 && rc != ERR_NOT_FOUND)
        fail_msg("device_store_get: %d", rc);
    return rc == 0;
}

// Runs one statement on a connection of its own, while no store is open or beside it.
static inline int64_t fixture_query(struct fixture *f, const char *sql)
{
    struct store_connection *connection;
    struct statement s;
    struct err err = {0};
    int64_t value = -1;

    if (store_connection_open(f->path, false, &connection, &err) < 0)
        fail_msg("%s", err.message);
    statement_open(&s, connection, sql);

    int rc = statement_step(&s, &err);

    if (rc < 0)
        fail_msg("%s", err.message);
    if (rc > 0)
        value = statement_int(&s, 0);
    statement_close(&s);
    store_connection_close(connection);
    return value;
}

static inline void fixture_assert_whole(struct fixture *f)
{
    assert_int_equal(
        fixture_query(
            f, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"),
        1);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
}

#endif
