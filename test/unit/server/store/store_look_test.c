// A look into a database that nobody works on: damage is found, and nothing is changed.
#include "server/store/store_look.h"
#include "server/base/file.h"
#include "test/unit/server/store/store_fixture.h"

#define PAGE 4096

static int closed_set_up(void **state)
{
    if (fixture_set_up(state) < 0)
        return -1;
    fixture_add_device(*state, MAC_1);
    fixture_close(*state);
    return 0;
}

static int closed_tear_down(void **state)
{
    struct fixture *f = *state;
    void *folder = f->folder;

    free(f);
    return scratch_remove(&folder);
}

static uint8_t *read_all(struct fixture *f, size_t *n)
{
    uint8_t *bytes;

    assert_int_equal(file_read(f->path, 10000000, &bytes, n, NULL), 0);
    return bytes;
}

static void test_whole(void **state)
{
    struct fixture *f = *state;
    size_t before, after;
    uint8_t *one = read_all(f, &before);
    uint8_t *other;
    int files = scratch_count(f->folder);

    assert_int_equal(store_look_run(f->path, NULL), 0);
    other = read_all(f, &after);
    assert_int_equal(after, before);
    assert_memory_equal(one, other, before);
    assert_int_equal(scratch_count(f->folder), files); // no log, no index beside it
    free(one);
    free(other);
}

// Each page that starting reads, one after the other.
static void test_damaged(void **state)
{
    struct fixture *f = *state;
    size_t n, found = 0;
    uint8_t *bytes = read_all(f, &n);

    for (size_t at = PAGE; at + PAGE <= n; at += PAGE) {
        uint8_t saved[PAGE];
        struct err err = {0};

        memcpy(saved, bytes + at, PAGE);
        memset(bytes + at, 0x5a, PAGE);
        assert_int_equal(file_replace(f->path, bytes, n, 0600, NULL), 0);
        if (store_look_run(f->path, &err) < 0) {
            found++;
            assert_int_equal(err.code, ERR_IO);
            assert_non_null(strstr(err.message, f->path));
        }
        memcpy(bytes + at, saved, PAGE);
    }
    assert_true(found >= 8); // of the tables that it names
    memset(bytes, 0x5a, 100);
    assert_int_equal(file_replace(f->path, bytes, n, 0600, NULL), 0);
    assert_int_equal(store_look_run(f->path, NULL), ERR_IO);
    free(bytes);
}

// What is not there, is empty, or has a log that is not folded back yet.
static void test_not_looked_at(void **state)
{
    struct fixture *f = *state;
    char path[SCRATCH_PATH_SIZE];
    char odd[SCRATCH_PATH_SIZE];
    char longest[5000];

    scratch_path(f->folder, "none", path);
    assert_int_equal(store_look_run(path, NULL), 0);
    assert_int_equal(file_replace(f->path, (const uint8_t *)"garbage", 7, 0600, NULL), 0);
    assert_int_equal(store_look_run(f->path, NULL), ERR_IO);
    scratch_path(f->folder, "odd %?#.db", odd); // is the same file, however it is called
    assert_int_equal(rename(f->path, odd), 0);
    assert_int_equal(store_look_run(odd, NULL), ERR_IO);
    scratch_path(f->folder, "odd %?#.db-wal", path);
    assert_int_equal(file_replace(path, (const uint8_t *)"x", 1, 0600, NULL), 0);
    assert_int_equal(store_look_run(odd, NULL), 0);
    assert_int_equal(file_replace(path, (const uint8_t *)"", 0, 0600, NULL), 0);
    assert_int_equal(store_look_run(odd, NULL), ERR_IO);
    assert_int_equal(file_replace(odd, (const uint8_t *)"", 0, 0600, NULL), 0);
    assert_int_equal(store_look_run(odd, NULL), 0);
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_int_equal(store_look_run(longest, NULL), ERR_INVALID);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, closed_set_up, closed_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_whole),
        TEST(test_damaged),
        TEST(test_not_looked_at),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
