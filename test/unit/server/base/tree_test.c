// Folders with all that is in them.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/base/file.h"
#include "server/base/tree.h"
#include "test/unit/server/base/scratch.h"

static void put(const char *folder, const char *name, const char *text)
{
    char path[SCRATCH_PATH_SIZE];
    char above[SCRATCH_PATH_SIZE];

    scratch_path(folder, name, path);
    memcpy(above, path, sizeof above);
    *strrchr(above, '/') = '\0';
    assert_int_equal(file_make_folder(above, 0700, NULL), 0);
    assert_int_equal(file_replace(path, (const uint8_t *)text, strlen(text), 0600, NULL), 0);
}

static void files_are_found_and_removed(void **state)
{
    char path[SCRATCH_PATH_SIZE];
    char outside[SCRATCH_PATH_SIZE];

    put(*state, "outside/a", "stays");
    scratch_path(*state, "outside", outside);
    scratch_path(*state, "tree", path);
    assert_false(tree_has_files(path));
    assert_int_equal(tree_remove(path, NULL), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    scratch_path(*state, "tree/b", path);
    assert_int_equal(mkdir(path, 0700), 0);
    scratch_path(*state, "tree", path);
    assert_false(tree_has_files(path));
    put(*state, "tree/b/c/d", "1");
    assert_true(tree_has_files(path));
    scratch_path(*state, "tree/link", path);
    assert_int_equal(symlink(outside, path), 0);
    scratch_path(*state, "tree", path);
    assert_int_equal(tree_sync(path, NULL), 0);
    assert_int_equal(tree_remove(path, NULL), 0);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(scratch_count(outside), 1); // a link is not followed
    assert_int_equal(tree_sync(path, NULL), ERR_IO);
}

static int note(const char *file, const char *below, void *ctx)
{
    char *text = ctx;

    assert_int_equal(access(file, R_OK), 0);
    strcat(text, below);
    strcat(text, ";");
    return strcmp(below, "stop") == 0;
}

static void each_file_is_told(void **state)
{
    char text[200] = "";
    char path[SCRATCH_PATH_SIZE];

    scratch_path(*state, "tree", path);
    assert_int_equal(tree_each_file(path, note, text, NULL), ERR_NOT_FOUND);
    put(*state, "tree/b/c", "1");
    put(*state, "tree/.hidden", "1");
    put(*state, "tree/.folder/d", "1");
    assert_int_equal(tree_each_file(path, note, text, NULL), 0);
    assert_string_equal(text, "b/c;");
    put(*state, "tree/stop", "1");
    assert_int_equal(tree_each_file(path, note, text, NULL), 1);
}

static void files_are_compared(void **state)
{
    char a[SCRATCH_PATH_SIZE];
    char b[SCRATCH_PATH_SIZE];

    put(*state, "a", "same");
    put(*state, "b", "same");
    scratch_path(*state, "a", a);
    scratch_path(*state, "b", b);
    assert_true(tree_is_same_file(a, b));
    put(*state, "b", "samE");
    assert_false(tree_is_same_file(a, b));
    put(*state, "b", "same, and more");
    assert_false(tree_is_same_file(a, b));
    assert_int_equal(unlink(b), 0);
    assert_false(tree_is_same_file(a, b));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(files_are_found_and_removed),
        TEST(each_file_is_told),
        TEST(files_are_compared),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
