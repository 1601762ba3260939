// A database's file, judged before it is opened: what would be lost by opening it.
#include "server/store/store_file.h"
#include "server/base/file.h"
#include "test/unit/server/store/store_fixture.h"

static void put(const char *path, const void *p, size_t n)
{
    assert_int_equal(file_replace(path, p, n, 0600, NULL), 0);
}

static void expect_verdict(const char *path, int rc, const char *what)
{
    struct err err = {0};

    assert_int_equal(store_file_check(path, &err), rc);
    if (what != NULL && strstr(err.message, what) == NULL)
        fail_msg("%s: %s", err.message, what);
}

static void test_good(void **state)
{
    struct fixture *f = *state;
    char path[SCRATCH_PATH_SIZE];

    expect_verdict(f->path, 0, NULL); // also while it is open
    fixture_close(f);
    expect_verdict(f->path, 0, NULL);
    scratch_path(f->folder, "none", path);
    expect_verdict(path, 0, NULL); // it will be made
    put(path, "", 0);
    expect_verdict(path, 0, NULL);
    fixture_open(f);
}

static void test_none_of_ours(void **state)
{
    struct fixture *f = *state;
    char path[SCRATCH_PATH_SIZE];
    uint8_t *bytes;
    size_t n;

    scratch_path(f->folder, "other", path);
    put(path, "hello", 5);
    expect_verdict(path, ERR_INVALID, "is not an SQLite database");
    fixture_close(f);
    assert_int_equal(file_read(f->path, 10000000, &bytes, &n, NULL), 0);
    put(path, bytes, 99); // without all of its header
    expect_verdict(path, ERR_INVALID, "is not an SQLite database");
    put(path, bytes, 100);
    expect_verdict(path, 0, NULL);
    bytes[62] = 0xff; // user_version
    put(path, bytes, n);
    expect_verdict(path, ERR_INVALID, "");
    memset(bytes + 60, 0, 4); // of some other program, which has tables in it
    put(path, bytes, n);
    expect_verdict(path, ERR_INVALID, "");
    free(bytes);
    fixture_open(f);
}

static void test_places(void **state)
{
    struct fixture *f = *state;
    char path[SCRATCH_PATH_SIZE];

    scratch_path(f->folder, "link", path);
    assert_int_equal(symlink("nowhere", path), 0);
    expect_verdict(path, ERR_INVALID, "leads nowhere");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink(f->path, path), 0);
    expect_verdict(path, 0, NULL);
    scratch_path(f->folder, "folder", path);
    assert_int_equal(mkdir(path, 0700), 0);
    expect_verdict(path, ERR_IO, "folder");
    scratch_path(f->folder, "test.db/x", path);
    expect_verdict(path, ERR_DENIED, "test.db/x");
}

// SQLite would remove what the log holds and nobody else does.
static void test_is_new(void **state)
{
    static const struct {
        const char *database; // NULL: it is not there
        const char *log;
        int rc;
        bool is_new;
    } rows[] = {
        {NULL, NULL, 0, true},
        {"", NULL, 0, true},
        {"x", NULL, 0, false},
        {NULL, "", 0, true},
        {"", "", 0, true},
        {"x", "x", 0, false},
        {NULL, "x", ERR_CONFLICT, true},
        {"", "x", ERR_CONFLICT, true},
    };
    struct fixture *f = *state;
    char path[SCRATCH_PATH_SIZE];
    char log[SCRATCH_PATH_SIZE];
    char longest[5000];
    struct err err = {0};
    bool is_new;

    scratch_path(f->folder, "a.db", path);
    scratch_path(f->folder, "a.db-wal", log);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        (void)unlink(path);
        (void)unlink(log);
        if (rows[i].database != NULL)
            put(path, rows[i].database, strlen(rows[i].database));
        if (rows[i].log != NULL)
            put(log, rows[i].log, strlen(rows[i].log));
        is_new = !rows[i].is_new;
        assert_int_equal(store_file_is_new(path, &is_new, &err), rows[i].rc);
        assert_int_equal(is_new, rows[i].is_new);
        if (rows[i].rc < 0)
            assert_non_null(strstr(err.message, "put the database back"));
    }
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_int_equal(store_file_is_new(longest, &is_new, &err), ERR_INVALID);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_good),
        TEST(test_none_of_ours),
        TEST(test_places),
        TEST(test_is_new),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
