// The files of log-ins: who may read them, and what a crash leaves.
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "server/base/file.h"
#include "server/ctl/server_store.h"
#include "test/unit/server/base/scratch.h"

#define PIN "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"

static struct server_record record_of(const char *url, const char *token)
{
    struct server_record record = {.pin = PIN, .user = "anna", .role = "viewer", .until_ms = 7};

    snprintf(record.url, sizeof record.url, "%s", url);
    snprintf(record.token, sizeof record.token, "%s", token);
    return record;
}

static struct server_store store_in(const char *folder)
{
    struct server_store store;

    snprintf(store.folder, sizeof store.folder, "%s/config/secureesp", folder);
    return store;
}

static void path_in(const struct server_store *store, const char *rest, char out[PATH_MAX])
{
    assert_true(snprintf(out, PATH_MAX, "%.2000s/%s", store->folder, rest) < PATH_MAX);
}

static void put(const struct server_store *store, const char *name, const char *url)
{
    struct server_record record = record_of(url, "ses_1");

    assert_int_equal(server_store_save(store, name, &record, NULL), 0);
}

static int load(const struct server_store *store, const char *name)
{
    struct server_record out;

    return server_store_load(store, name, &out, NULL);
}

static void test_modes(void **state)
{
    struct server_store store = store_in(*state);
    char path[PATH_MAX];

    umask(0);
    put(&store, "home", "https://home:9443");
    path_in(&store, "servers/home", path);
    assert_int_equal(scratch_mode(path), 0600);
    path_in(&store, "servers", path);
    assert_int_equal(scratch_mode(path), 0700);
    assert_int_equal(scratch_mode(store.folder), 0700);
    assert_int_equal(load(&store, "home"), 0);
    assert_int_equal(load(&store, "else"), ERR_NOT_FOUND);
    assert_int_equal(load(&store, "../usual"), ERR_INVALID);
}

// As ssh(1) has it with keys.
static void test_others_may_read(void **state)
{
    static const mode_t bad[] = {0640, 0604, 0620, 0602, 0644, 0610, 0601};
    struct server_store store = store_in(*state);
    struct server_record out = {.user = "as before"};
    struct err err = {0};
    char path[PATH_MAX];

    put(&store, "home", "https://home:9443");
    path_in(&store, "servers/home", path);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(chmod(path, bad[i]), 0);
        assert_int_equal(server_store_load(&store, "home", &out, &err), ERR_DENIED);
        assert_string_equal(out.user, "as before");
        assert_non_null(strstr(err.message, path));
    }
    assert_int_equal(chmod(path, 0400), 0);
    assert_int_equal(load(&store, "home"), 0);
}

static void test_others_may_write_beside_it(void **state)
{
    struct server_store store = store_in(*state);
    struct server_record record = record_of("https://home:9443", "ses_1");
    char path[PATH_MAX];

    put(&store, "home", "https://home:9443");
    path_in(&store, "servers", path);
    assert_int_equal(chmod(path, 0770), 0);
    assert_int_equal(load(&store, "home"), ERR_DENIED);
    assert_int_equal(server_store_save(&store, "home", &record, NULL), ERR_DENIED);
}

static void test_no_regular_file(void **state)
{
    struct server_store store = store_in(*state);
    char path[PATH_MAX];
    char other[PATH_MAX];

    put(&store, "home", "https://home:9443");
    path_in(&store, "servers/home", other);
    path_in(&store, "servers/link", path);
    assert_int_equal(symlink(other, path), 0);
    assert_int_equal(load(&store, "link"), ERR_DENIED);
    path_in(&store, "servers/fifo", path);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(load(&store, "fifo"), ERR_DENIED);
    path_in(&store, "servers/folder", path);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(load(&store, "folder"), ERR_DENIED);
}

// Cut off at each byte; what is left there is an error, and the other log-in is not touched.
static void test_damaged(void **state)
{
    struct server_store store = store_in(*state);
    char path[PATH_MAX];
    uint8_t *text;
    size_t n;

    put(&store, "home", "https://home:9443");
    put(&store, "work", "https://work:9443");
    path_in(&store, "servers/home", path);
    assert_int_equal(file_read(path, 4096, &text, &n, NULL), 0);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(truncate(path, (off_t)(n - 1 - i)), 0);
        assert_int_equal(load(&store, "home"), ERR_INVALID);
        assert_int_equal(load(&store, "work"), 0);
    }
    free(text);
    assert_int_equal(truncate(path, 100000), 0);
    assert_int_equal(load(&store, "home"), ERR_INVALID);
    assert_int_equal(server_store_remove(&store, "home", NULL), 0);
    assert_int_equal(load(&store, "home"), ERR_NOT_FOUND);
}

// What is there stays as it was if the new one cannot be written to its end.
static void test_a_full_disk(void **state)
{
    struct server_store store = store_in(*state);
    struct server_record record = record_of("https://home:9443", "ses_2");
    struct rlimit before;
    struct server_record out;

    put(&store, "home", "https://home:9443");
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);

    struct rlimit small = {.rlim_cur = 64, .rlim_max = before.rlim_max};

    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);

    int rc = server_store_save(&store, "home", &record, NULL);

    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(rc, ERR_IO);
    assert_int_equal(server_store_load(&store, "home", &out, NULL), 0);
    assert_string_equal(out.token, "ses_1");
}

#define AT_ONCE 8

// Log-ins that are made at the same moment do not lose each other.
static void test_at_once(void **state)
{
    struct server_store store = store_in(*state);
    pid_t pids[AT_ONCE];
    char **names;
    size_t count;

    for (int i = 0; i < AT_ONCE; i++) {
        char name[16];

        snprintf(name, sizeof name, "home%d", i);
        pids[i] = fork();
        if (pids[i] == 0) {
            struct server_record record = record_of("https://home:9443", "ses_1");
            int failed = 0;

            for (int k = 0; k < 20; k++)
                failed |= server_store_save(&store, name, &record, NULL) < 0;
            _exit(failed);
        }
    }
    for (int i = 0; i < AT_ONCE; i++) {
        int status;

        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_int_equal(status, 0);
    }
    assert_int_equal(server_store_list(&store, &names, &count, NULL), 0);
    assert_int_equal(count, AT_ONCE);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(load(&store, names[i]), 0);
    server_store_free_list(names, count);
}

static void test_by_address(void **state)
{
    struct server_store store = store_in(*state);
    char name[SERVER_NAME_SIZE];
    char path[PATH_MAX];
    struct err err = {0};

    assert_int_equal(server_store_find_url(&store, "https://a:1", name, NULL), ERR_NOT_FOUND);
    put(&store, "a", "https://a:1");
    put(&store, "b", "https://b:1");
    assert_int_equal(server_store_find_url(&store, "https://b:1", name, NULL), 0);
    assert_string_equal(name, "b");
    put(&store, "c", "https://b:1");
    assert_int_equal(server_store_find_url(&store, "https://b:1", name, &err), ERR_CONFLICT);
    assert_non_null(strstr(err.message, "as b and c"));
    // It could be the one that cannot be read.
    path_in(&store, "servers/b", path);
    assert_int_equal(chmod(path, 0644), 0);
    assert_int_equal(server_store_find_url(&store, "https://a:1", name, NULL), 0);
    assert_int_equal(server_store_find_url(&store, "https://d:1", name, NULL), ERR_DENIED);
}

static void test_usual(void **state)
{
    struct server_store store = store_in(*state);
    char name[SERVER_NAME_SIZE];
    char path[PATH_MAX];

    assert_int_equal(server_store_usual(&store, name, NULL), 0);
    assert_string_equal(name, "");
    assert_int_equal(server_store_use(&store, NULL, NULL), 0);
    put(&store, "a", "https://a:1");
    put(&store, "b", "https://b:1");
    assert_int_equal(server_store_use(&store, "c", NULL), ERR_NOT_FOUND);
    assert_int_equal(server_store_use(&store, "a", NULL), 0);
    assert_int_equal(server_store_usual(&store, name, NULL), 0);
    assert_string_equal(name, "a");
    assert_int_equal(server_store_remove(&store, "b", NULL), 0);
    assert_int_equal(server_store_usual(&store, name, NULL), 0);
    assert_string_equal(name, "a");
    path_in(&store, "usual", path);
    assert_int_equal(truncate(path, 0), 0);
    assert_int_equal(server_store_usual(&store, name, NULL), ERR_INVALID);
    assert_int_equal(server_store_use(&store, "a", NULL), 0);
    assert_int_equal(server_store_remove(&store, "a", NULL), 0);
    assert_int_equal(server_store_usual(&store, name, NULL), 0);
    assert_string_equal(name, "");
}

static void test_where(void **state)
{
    struct server_store store;

    (void)state;
    assert_int_equal(setenv("XDG_CONFIG_HOME", "/x", 1), 0);
    assert_int_equal(setenv("HOME", "/h", 1), 0);
    server_store_find(&store);
    assert_string_equal(store.folder, "/x/secureesp");
    assert_int_equal(setenv("XDG_CONFIG_HOME", "x", 1), 0);
    server_store_find(&store);
    assert_string_equal(store.folder, "/h/.config/secureesp");
    assert_int_equal(setenv("HOME", "", 1), 0);
    server_store_find(&store);
    assert_string_equal(store.folder, "");
    assert_int_equal(load(&store, "home"), ERR_NOT_FOUND);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_modes),
        TEST(test_others_may_read),
        TEST(test_others_may_write_beside_it),
        TEST(test_no_regular_file),
        TEST(test_damaged),
        TEST(test_a_full_disk),
        TEST(test_at_once),
        TEST(test_by_address),
        TEST(test_usual),
        TEST(test_where),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
