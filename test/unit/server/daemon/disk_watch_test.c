// When the disk has too little room.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <sys/statvfs.h>

#include "server/base/log.h"
#include "server/daemon/disk_watch.h"
#include "test/unit/server/store/store_fixture.h"

#define GB ((uint64_t)1000000000)

static void test_mark(void **state)
{
    static const struct {
        int64_t percent, bytes;
        uint64_t total, mark;
    } rows[] = {
        {5, 1073741824, 8 * GB, 8 * GB / 20},
        {5, 1073741824, 1000 * GB, 1073741824},
        {5, 1073741824, 24000000, 1200000},
        {0, 1073741824, GB, 0},
        {5, 0, GB, 0},
        {50, INT64_MAX, UINT64_MAX, UINT64_MAX / 100 * 50},
        {5, 1, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_true(disk_watch_mark(rows[i].percent, rows[i].bytes, rows[i].total) == rows[i].mark);
}

static void test_judge(void **state)
{
    static const struct {
        bool was_low;
        uint64_t free, mark;
        bool low;
    } rows[] = {
        {false, 1000, 1000, false},
        {false, 999, 1000, true},
        {true, 1000, 1000, true}, // a quarter more, or it would come and go
        {true, 1249, 1000, true},
        {true, 1250, 1000, false},
        {false, 1001, 1000, false},
        {false, 0, 0, false}, // switched off
        {true, 0, 0, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(
            disk_watch_judge(rows[i].was_low, rows[i].free, rows[i].mark), rows[i].low);
}

static int fill(struct store_connection *connection, void *ctx, struct err *err)
{
    (void)ctx;
    return store_connection_execute(connection,
        "CREATE TABLE filler AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
        " WHERE i < 20000) SELECT zeroblob(1000) FROM n; DROP TABLE filler;",
        err);
}

// The real file system, and a mark that is just above what it has free.
static void test_looks(void **state)
{
    struct fixture *f = *state;
    struct config config = {.state_dir = f->folder, .min_free_percent = 50};
    struct disk_watch watch;
    struct api_disk room;
    struct statvfs fs;

    log_set_level(LOG_ERROR - 1);
    disk_watch_init(&watch, &config);
    assert_false(disk_watch_look(&watch, &config, f->store));
    assert_int_equal(statvfs(f->folder, &fs), 0);
    config.min_free_percent = 100;
    config.min_free_bytes = (int64_t)(fs.f_bavail * fs.f_frsize) + 1000000000;
    assert_true(disk_watch_look(&watch, &config, f->store));
    disk_watch_read(&watch, &room);
    assert_true(room.low && room.kept_bytes == (uint64_t)config.min_free_bytes);
    assert_true(room.free_bytes < room.kept_bytes);
    config.min_free_bytes = 1000;
    assert_false(disk_watch_look(&watch, &config, f->store));
    disk_watch_read(&watch, &room);
    assert_false(room.low);

    fixture_write(f, fill, NULL); // 20 MB of the file are free now, and count
    assert_int_equal(statvfs(f->folder, &fs), 0);
    config.min_free_bytes = (int64_t)(fs.f_bavail * fs.f_frsize) + 10000000;
    assert_false(disk_watch_look(&watch, &config, f->store));
    config.state_dir = (char[]){"/nonexistent"};
    disk_watch_clear(&watch);
    disk_watch_init(&watch, &config); // nothing is known of it
    config.min_free_bytes = INT64_MAX;
    assert_false(disk_watch_look(&watch, &config, f->store));
    disk_watch_clear(&watch);
    log_set_level(LOG_INFO);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mark),
        cmocka_unit_test(test_judge),
        TEST(test_looks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
