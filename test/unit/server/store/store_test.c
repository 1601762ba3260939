// Opening, readers, crashes and full disks.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "server/base/log.h"
#include "server/store/mac_key.h"
#include "test/unit/server/store/store_fixture.h"

static void test_opens_again(void **state)
{
    struct fixture *f = *state;

    fixture_add_device(f, MAC_1);
    fixture_close(f);
    assert_int_equal(fixture_query(f, "PRAGMA user_version"), 33);
    fixture_assert_whole(f);
    fixture_open(f);
    assert_true(fixture_is_known(f, MAC_1));
    assert_false(fixture_is_known(f, MAC_2));
    assert_false(fixture_is_known(f, "nonsense"));
}

static void test_mode_is_tight(void **state)
{
    struct fixture *f = *state;
    char wal[SCRATCH_PATH_SIZE];

    fixture_add_device(f, MAC_1);
    scratch_path(f->folder, "test.db-wal", wal);
    assert_int_equal(scratch_mode(f->path) & ~0600, 0);
    assert_int_equal(scratch_mode(wal) & ~0600, 0);
    fixture_close(f);
    assert_int_equal(chmod(f->path, 0666), 0);
    fixture_open(f);
    assert_int_equal(scratch_mode(f->path), 0600);
    fixture_close(f);
    assert_int_equal(chmod(f->path, 0600), 0);
    fixture_open(f);
    assert_int_equal(scratch_mode(f->path), 0600);
}

static void test_readers_see_one_state(void **state)
{
    struct fixture *f = *state;
    struct device_record device;
    struct store_connection *readers[12];

    fixture_add_device(f, MAC_1);
    for (size_t i = 0; i < 12; i++) { // more at once than are kept
        readers[i] = fixture_read(f);
        assert_int_equal(device_store_get(readers[i], MAC_1, &device, NULL), 0);
    }
    fixture_add_device(f, MAC_2);
    for (size_t i = 0; i < 12; i++) {
        assert_int_equal(device_store_get(readers[i], MAC_2, &device, NULL), ERR_NOT_FOUND);
        store_read_end(f->store, readers[i]);
    }
    assert_true(fixture_is_known(f, MAC_2));

    struct store_connection *reader = fixture_read(f);

    device = fixture_device(MAC_3);
    assert_int_equal(device_store_put(reader, &device, NULL, NULL), ERR_IO); // it is no writer
    store_read_end(f->store, reader);
}

// A pair of devices that every job changes together: readers never see them differ.
static int put_pair(struct store_connection *connection, void *ctx, struct err *err)
{
    struct device_record device = fixture_device(MAC_1);

    device.reboots = *(int64_t *)ctx;

    int rc = device_store_put(connection, &device, NULL, err);

    memcpy(device.mac, MAC_2, MAC_SIZE);
    return rc < 0 ? rc : device_store_put(connection, &device, NULL, err);
}

struct reading {
    struct fixture *f;
    atomic_bool *stop;
    int64_t torn, reads;
};

static void *read_pairs(void *ctx)
{
    struct reading *reading = ctx;

    while (!*reading->stop) {
        struct store_connection *connection;
        struct device_record a, b;

        if (store_read_begin(reading->f->store, &connection, NULL) < 0)
            return NULL;
        if (device_store_get(connection, MAC_1, &a, NULL) == 0 &&
            (device_store_get(connection, MAC_2, &b, NULL) < 0 || a.reboots != b.reboots))
            reading->torn++;
        store_read_end(reading->f->store, connection);
        reading->reads++;
    }
    return NULL;
}

static void test_readers_beside_the_writer(void **state)
{
    struct fixture *f = *state;
    atomic_bool stop = false;
    struct reading readings[3];
    pthread_t threads[3];

    for (size_t i = 0; i < 3; i++) {
        readings[i] = (struct reading){.f = f, .stop = &stop};
        assert_int_equal(pthread_create(&threads[i], NULL, read_pairs, &readings[i]), 0);
    }
    for (int64_t i = 0; i < 200; i++)
        fixture_write(f, put_pair, &i);
    stop = true;
    for (size_t i = 0; i < 3; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(readings[i].torn, 0);
        assert_true(readings[i].reads > 0);
    }
}

// Writes as a daemon does, and tells through the pipe what it was answered.
static void write_until_killed(const char *path, int fd)
{
    struct store *store;
    struct err err = {0};

    if (store_open(path, &store, &err) < 0)
        _exit(1);
    for (int64_t i = 0;; i++) {
        char mac[MAC_SIZE];
        struct device_record device;

        for (int k = 0; k < 20; k++) {
            mac_key_to_text(i * 100 + k + 1000000, mac);

            struct device_record *posted = malloc(sizeof *posted);

            *posted = fixture_device(mac);
            store_post(store, fixture_put, posted, free);
        }
        mac_key_to_text(i, mac);
        device = fixture_device(mac);
        if (store_write(store, fixture_put, &device, &err) < 0)
            _exit(2);
        if (write(fd, &i, sizeof i) != sizeof i)
            _exit(3);
    }
}

static void test_survives_kill(void **state)
{
    struct fixture *f = *state;
    int64_t answered = -1;

    fixture_close(f);
    for (int round = 0; round < 6; round++) {
        int fds[2];
        char mac[MAC_SIZE];

        assert_int_equal(pipe(fds), 0);

        pid_t pid = fork();

        if (pid == 0)
            write_until_killed(f->path, fds[1]);
        close(fds[1]);
        for (int i = 0; i < 10 + 37 * round; i++)
            assert_int_equal(read(fds[0], &answered, sizeof answered), sizeof answered);
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        while (read(fds[0], &answered, sizeof answered) == sizeof answered)
            ;
        close(fds[0]);
        fixture_assert_whole(f);
        fixture_open(f);
        for (int64_t i = 0; i <= answered; i++) {
            mac_key_to_text(i, mac);
            assert_true(fixture_is_known(f, mac));
        }
        fixture_close(f);
    }
}

static int put_much(struct store_connection *connection, void *ctx, struct err *err)
{
    struct device_record device = fixture_device(MAC_1);
    char *json = malloc(1000000);

    (void)ctx;
    memset(json, 'x', 999999);
    json[999999] = '\0';

    int rc = device_store_put(connection, &device, json, err);

    free(json);
    return rc;
}

static void limit_file_size(rlim_t bytes)
{
    struct rlimit limit;

    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
}

// A disk that is full fails the jobs, not the daemon.
static void test_full_disk_passes(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};

    fixture_add_device(f, MAC_2);
    signal(SIGXFSZ, SIG_IGN);
    limit_file_size(600000);
    log_set_level(LOG_ERROR - 1);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(store_post(f->store, put_much, NULL, NULL), 0);
        assert_int_equal(store_write(f->store, put_much, NULL, &err), ERR_IO);
    }
    assert_true(fixture_is_known(f, MAC_2)); // reading goes on
    log_set_level(LOG_INFO);
    limit_file_size(RLIM_INFINITY);
    assert_int_equal(store_write(f->store, put_much, NULL, &err), 0);
    assert_true(fixture_is_known(f, MAC_1));
    fixture_assert_whole(f);
}

// Somebody else holds the file: the job is told, and the next one works.
static void test_locked_database_passes(void **state)
{
    struct fixture *f = *state;
    struct store_connection *other;
    struct err err = {0};

    assert_int_equal(store_connection_open(f->path, false, &other, &err), 0);
    assert_int_equal(store_connection_execute(other, "BEGIN IMMEDIATE", &err), 0);
    log_set_level(LOG_ERROR - 1);
    assert_int_equal(store_write(f->store, put_much, NULL, &err), ERR_UNAVAILABLE);
    log_set_level(LOG_INFO);
    assert_int_equal(store_connection_execute(other, "ROLLBACK", &err), 0);
    store_connection_close(other);
    assert_int_equal(store_write(f->store, put_much, NULL, &err), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_opens_again),
        TEST(test_mode_is_tight),
        TEST(test_readers_see_one_state),
        TEST(test_readers_beside_the_writer),
        TEST(test_survives_kill),
        TEST(test_full_disk_passes),
        TEST(test_locked_database_passes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
