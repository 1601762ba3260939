// Copies that are written over the database, by the counter in its header.
#include "server/store/store_watch.h"

#include "test/unit/server/store/store_fixture.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "server/base/file.h"
#include "server/base/log.h"

static void vacuum(const char *path)
{
    sqlite3 *db;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "PRAGMA journal_mode = DELETE; VACUUM", NULL, NULL, NULL), 0);
    sqlite3_close(db);
}

// An older copy over the file is no place for what the log holds of the newer one.
static void test_older_copy(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    uint8_t *older;
    uint8_t *found;
    size_t n;
    size_t found_n;

    log_set_level(LOG_ERROR - 1);
    fixture_add_device(f, MAC_1);
    fixture_close(f);
    assert_int_equal(file_read(f->path, 1 << 24, &older, &n, NULL), 0);
    vacuum(f->path); // the counter grows by what is not written through the log
    fixture_open(f);
    fixture_add_device(f, MAC_3);

    int fd = open(f->path, O_WRONLY | O_TRUNC);

    assert_int_equal(write(fd, older, n), (ssize_t)n);
    close(fd);
    assert_int_equal(store_write(f->store, fixture_nothing, NULL, &err), ERR_UNAVAILABLE);
    assert_non_null(strstr(err.message, "an older copy was written over"));
    fixture_close(f);
    assert_int_equal(file_read(f->path, 1 << 24, &found, &found_n, NULL), 0);
    assert_int_equal(found_n, n);
    assert_memory_equal(found, older, n);
    free(older);
    free(found);
    log_set_level(LOG_INFO);
}

// A store_job. The counter in the header is a number of four bytes that never falls.
static int check_counters(struct store_connection *connection, void *ctx, struct err *err)
{
    static const struct {
        uint8_t counter[4];
        bool is_older;
    } rows[] = {
        {{0, 0, 0, 5}, false},
        {{0, 0, 0, 5}, false},
        {{0, 0, 0, 6}, false},
        {{0, 0, 0, 5}, true},
        {{0, 0, 1, 0}, false},
        {{0, 0, 0, 0xff}, true},
        {{0, 2, 0, 0}, false},
        {{0, 1, 0xff, 0xff}, true},
        {{2, 0, 0, 0}, false},
        {{1, 0xff, 0xff, 0xff}, true},
        {{0xff, 0xff, 0xff, 0xff}, false},
    };
    struct fixture *f = ctx;
    struct store_watch *watch;
    char path[SCRATCH_PATH_SIZE];
    uint8_t header[100] = "SQLite format 3";

    assert_true(snprintf(path, sizeof path, "%s.crafted", f->path) < (int)sizeof path);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err reason = {0};
        int fd = open(path, O_WRONLY | O_CREAT, 0600);

        memcpy(header + 24, rows[i].counter, 4);
        assert_int_equal(write(fd, header, sizeof header), sizeof header);
        close(fd);
        if (i == 0)
            assert_int_equal(store_watch_new(path, &watch, err), 0);

        int rc = store_watch_check(watch, connection, &reason);

        if ((rc < 0) != rows[i].is_older || (rc < 0 && strstr(reason.message, "older") == NULL))
            fail_msg("row %zu: %s", i, reason.message);
    }
    store_watch_free(watch);
    return 0;
}

static void test_counters(void **state)
{
    fixture_write(*state, check_counters, *state);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_older_copy),
        TEST(test_counters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
