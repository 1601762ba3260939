// The database's files, as others may change them.
#include "server/store/store_watch.h"

#include "test/unit/server/store/store_fixture.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/file.h"
#include "server/base/log.h"

static void path_with(const struct fixture *f, const char *suffix, char out[SCRATCH_PATH_SIZE])
{
    assert_true(
        (size_t)snprintf(out, SCRATCH_PATH_SIZE, "%s%s", f->path, suffix) < SCRATCH_PATH_SIZE);
}

static void move_away(struct fixture *f)
{
    char away[SCRATCH_PATH_SIZE];

    path_with(f, ".away", away);
    assert_int_equal(rename(f->path, away), 0);
}

static void take_away(struct fixture *f)
{
    assert_int_equal(unlink(f->path), 0);
}

static void take_log_away(struct fixture *f)
{
    char log[SCRATCH_PATH_SIZE];

    path_with(f, "-wal", log);
    assert_int_equal(unlink(log), 0);
}

static void empty(struct fixture *f)
{
    assert_int_equal(truncate(f->path, 0), 0);
}

static void cut_off(struct fixture *f)
{
    assert_int_equal(truncate(f->path, 20), 0); // within the header
}

static void overwrite(struct fixture *f)
{
    static const char zeros[8192];
    int fd = open(f->path, O_WRONLY | O_TRUNC);

    assert_int_equal(write(fd, zeros, sizeof zeros), sizeof zeros);
    close(fd);
}

static void replace(const char *path)
{
    assert_int_equal(unlink(path), 0);
    close(open(path, O_WRONLY | O_CREAT, 0600));
}

static void replace_log(struct fixture *f)
{
    char log[SCRATCH_PATH_SIZE];

    path_with(f, "-wal", log);
    replace(log);
}

static void replace_index(struct fixture *f)
{
    char index[SCRATCH_PATH_SIZE];

    path_with(f, "-shm", index);
    replace(index);
}

static void put_another(struct fixture *f)
{
    move_away(f);
    close(open(f->path, O_WRONLY | O_CREAT, 0600));
}

// As cp(1) of a copy whose change counter is that much ahead. Until the file's time is another.
static void write_copy(struct fixture *f, uint8_t ahead)
{
    static uint8_t bytes[1024 * 1024];
    int fd = open(f->path, O_RDWR);
    ssize_t n = pread(fd, bytes, sizeof bytes, 0);
    struct stat before, after;

    assert_true(n > 100 && n < (ssize_t)sizeof bytes);
    bytes[27] = (uint8_t)(bytes[27] + ahead); // of "The Database Header"
    assert_int_equal(fstat(fd, &before), 0);
    do {
        assert_int_equal(ftruncate(fd, 0), 0);
        assert_int_equal(pwrite(fd, bytes, (size_t)n, 0), n);
        assert_int_equal(fstat(fd, &after), 0);
    } while (before.st_mtim.tv_nsec == after.st_mtim.tv_nsec);
    close(fd);
}

static void write_equal(struct fixture *f)
{
    write_copy(f, 0);
}

static void write_newer(struct fixture *f)
{
    write_copy(f, 1);
}

static void touch(struct fixture *f)
{
    assert_int_equal(utimensat(AT_FDCWD, f->path, NULL, 0), 0);
}

static const struct {
    const char *label;
    void (*change)(struct fixture *f);
    const char *text;
    bool reads_fail; // what nobody has read yet
} changes[] = {
    {"moved", move_away, "was moved to", true},
    {"another in its place", put_another, "was moved to", true},
    {"removed", take_away, "was removed or replaced under the daemon", true},
    {"log removed", take_log_away, "-wal or -shm was removed", false},
    {"log replaced", replace_log, "-wal or -shm was removed or replaced", false},
    {"index replaced", replace_index, "-wal or -shm was removed or replaced", false},
    {"emptied", empty, "was emptied or overwritten under the daemon", true},
    {"cut off", cut_off, "was emptied or overwritten under the daemon", true},
    {"overwritten", overwrite, "was emptied or overwritten under the daemon", true},
    {"an equal copy", write_equal, "another program wrote over", false},
    {"a newer copy", write_newer, "another program wrote over", false},
    {"touched", touch, "another program wrote over", false},
};

static int read_once(struct fixture *f, struct err *err)
{
    struct store_connection *connection;
    struct device_record device;
    int rc = store_read_begin(f->store, &connection, err);

    if (rc < 0)
        return rc;
    rc = device_store_get(connection, MAC_1, &device, err);
    store_read_end(f->store, connection);
    return rc;
}

// Nobody has written or read since the store was opened: still each use says what happened.
static void test_each_change_is_said(void **state)
{
    log_set_level(LOG_ERROR - 1);
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        struct device_record device = fixture_device(MAC_1);
        struct err err = {0};

        if (fixture_tear_down(state) != 0 || fixture_set_up(state) != 0) {
            fail_msg("no store for %s", changes[i].label);
            return;
        }

        struct fixture *f = *state;

        fixture_add_device(f, MAC_2); // so that there is a log
        changes[i].change(f);
        if (changes[i].reads_fail) {
            int rc = read_once(f, &err);

            if (rc != ERR_UNAVAILABLE || strstr(err.message, changes[i].text) == NULL)
                fail_msg("%s: reading: %d %s", changes[i].label, rc, err.message);
        }
        for (int again = 0; again < 2; again++) {
            int rc = store_write(f->store, fixture_put, &device, &err);

            if (rc != ERR_UNAVAILABLE || strstr(err.message, changes[i].text) == NULL)
                fail_msg("%s: writing: %d %s", changes[i].label, rc, err.message);
        }
    }
    log_set_level(LOG_INFO);
}

// The change comes while a transaction is under way: all of it fails, and is kept.
static int change_and_put(struct store_connection *connection, void *ctx, struct err *err)
{
    struct device_record device = fixture_device(MAC_3);

    empty(ctx);
    sqlite3_db_release_memory(connection->db); // so that SQLite reads the file again
    return device_store_put(connection, &device, NULL, err);
}

static void test_change_within_a_job(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    struct store_counters counters;

    log_set_level(LOG_ERROR - 1);
    fixture_add_device(f, MAC_2);
    fixture_close(f); // folds the log back, so that pages are read from the file
    fixture_open(f);
    assert_int_equal(store_post(f->store, change_and_put, f, NULL), 0);
    assert_int_equal(store_write(f->store, fixture_nothing, NULL, &err), ERR_UNAVAILABLE);
    assert_non_null(strstr(err.message, "was emptied or overwritten under the daemon"));
    store_read_counters(f->store, &counters);
    assert_int_equal(counters.jobs, 0);
    assert_true(counters.retried > 0); // and so the posted one is kept
    log_set_level(LOG_INFO);
}

// By the rules, also in the middle of our own writing: no fault, however the log stands.
static void test_checkpoints_of_others_are_none(void **state)
{
    static const char *const pragmas[] = {"PRAGMA wal_checkpoint(PASSIVE)",
        "PRAGMA wal_checkpoint(FULL)", "PRAGMA wal_checkpoint(RESTART)",
        "PRAGMA wal_checkpoint(TRUNCATE)"};
    struct fixture *f = *state;
    struct store_connection *other;
    struct err err = {0};

    assert_int_equal(store_connection_open(f->path, false, &other, &err), 0);
    for (size_t i = 0; i < 200; i++) {
        fixture_add_device(f, i % 2 == 0 ? MAC_1 : MAC_2);
        if (i % 3 != 0 && store_connection_execute(
                              other, pragmas[i % (sizeof pragmas / sizeof pragmas[0])], &err) < 0)
            fail_msg("%s", err.message);
        if (i % 7 == 0 &&
            store_connection_execute(other, "UPDATE devices SET reboots = reboots + 1", &err) < 0)
            fail_msg("%s", err.message);
    }
    store_connection_close(other);
    fixture_add_device(f, MAC_3);
}

// After a crash the log is there, and not in the file.
static void test_after_a_crash(void **state)
{
    struct fixture *f = *state;
    struct device_record device = fixture_device(MAC_1);
    struct err err = {0};
    char kept[SCRATCH_PATH_SIZE], log[SCRATCH_PATH_SIZE], kept_log[SCRATCH_PATH_SIZE];

    log_set_level(LOG_ERROR - 1);
    fixture_add_device(f, MAC_2);
    path_with(f, ".kept", kept);
    path_with(f, "-wal", log);
    path_with(f, ".kept-log", kept_log);
    assert_int_equal(link(log, kept_log), 0); // what closing would take away
    assert_int_equal(link(f->path, kept), 0);
    unlink(f->path);
    fixture_close(f);
    assert_int_equal(rename(kept, f->path), 0);
    rename(kept_log, log);
    fixture_open(f);
    touch(f);
    assert_int_equal(store_write(f->store, fixture_put, &device, &err), ERR_UNAVAILABLE);
    assert_non_null(strstr(err.message, "another program wrote over"));
    log_set_level(LOG_INFO);
}

// What was posted meanwhile is written once the file is back.
static void test_moved_and_back(void **state)
{
    struct fixture *f = *state;
    static struct device_record device;
    struct err err = {0};
    char away[SCRATCH_PATH_SIZE];

    log_set_level(LOG_ERROR - 1);
    device = fixture_device(MAC_1);
    fixture_add_device(f, MAC_2);
    move_away(f);
    assert_int_equal(store_post(f->store, fixture_put, &device, NULL), 0);
    assert_int_equal(store_write(f->store, fixture_nothing, NULL, &err), ERR_UNAVAILABLE);
    path_with(f, ".away", away);
    assert_int_equal(rename(away, f->path), 0);
    path_with(f, ".rescued", away);
    assert_int_equal(access(away, F_OK), -1); // there was nothing to save
    fixture_flush(f);
    assert_true(fixture_is_known(f, MAC_1));
    log_set_level(LOG_INFO);
}

// A file that was removed is saved under another name, with all that was committed.
static void test_removed_is_saved(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    char saved[SCRATCH_PATH_SIZE];

    log_set_level(LOG_ERROR - 1);
    fixture_add_device(f, MAC_2);
    take_away(f);
    assert_int_equal(store_write(f->store, fixture_nothing, NULL, &err), ERR_UNAVAILABLE);
    fixture_close(f);
    path_with(f, ".rescued", saved);
    assert_int_equal(rename(saved, f->path), 0);
    fixture_open(f);
    assert_true(fixture_is_known(f, MAC_2));
    log_set_level(LOG_INFO);
}

// Closing leaves an emptied file as it is: its log stands for nothing without it.
static void test_end_leaves_it_alone(void **state)
{
    struct fixture *f = *state;
    struct stat st;
    char log[SCRATCH_PATH_SIZE];

    log_set_level(LOG_ERROR - 1);
    fixture_add_device(f, MAC_2);
    empty(f);
    fixture_close(f);
    assert_int_equal(stat(f->path, &st), 0);
    assert_int_equal(st.st_size, 0);
    path_with(f, "-wal", log);
    assert_int_equal(stat(log, &st), 0);
    assert_true(st.st_size > 0);
    log_set_level(LOG_INFO);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_each_change_is_said),
        TEST(test_change_within_a_job),
        TEST(test_checkpoints_of_others_are_none),
        TEST(test_after_a_crash),
        TEST(test_moved_and_back),
        TEST(test_removed_is_saved),
        TEST(test_end_leaves_it_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
