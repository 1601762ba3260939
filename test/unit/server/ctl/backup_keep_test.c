// Backups in a folder.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/archive/tar_header.h"
#include "server/base/file.h"
#include "server/ctl/backup_keep.h"
#include "test/unit/server/base/scratch.h"

static void put(const char *folder, const char *name, bool is_backup)
{
    struct tar_header header = {.name = "backup.json", .mode = 0600};
    char path[SCRATCH_PATH_SIZE];
    uint8_t block[TAR_HEADER_SIZE];

    scratch_path(folder, name, path);
    tar_header_write(&header, block);
    assert_int_equal(file_replace(path, block, is_backup ? sizeof block : 100, 0600, NULL), 0);
}

static bool is_there(const char *folder, const char *name)
{
    char path[SCRATCH_PATH_SIZE];

    scratch_path(folder, name, path);
    return access(path, F_OK) == 0;
}

static void names(void **state)
{
    static const char *const good[] = {
        "secureesp-20260131T235959Z.tar", "secureesp-20260131T235959Z.tar.age"};
    static const char *const bad[] = {"", "secureesp-", "secureesp-20260131T235959Z",
        "secureesp-20260131T235959Z.tar.gz", "secureesp-2026013AT235959Z.tar",
        "secureesp-20260131 235959Z.tar", "secureesp-20260131T235959Z.tar.Ab12xY.tmp",
        "xsecureesp-20260131T235959Z.tar"};
    char path[PATH_MAX];
    char expected[SCRATCH_PATH_SIZE];

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(backup_keep_is_name(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(backup_keep_is_name(bad[i]));
    assert_int_equal(backup_keep_name(*state, 1769903999123, true, path, NULL), 0);
    scratch_path(*state, good[1], expected);
    assert_string_equal(path, expected);
    put(*state, good[0], true);
    assert_int_equal(backup_keep_name(*state, 1769903999123, false, path, NULL), ERR_CONFLICT);
}

static void the_newest_stay(void **state)
{
    struct backup_keep_removed removed = {0};
    char made[SCRATCH_PATH_SIZE];

    put(*state, "secureesp-20260101T000000Z.tar", true);
    put(*state, "secureesp-20260102T000000Z.tar", true);
    put(*state, "secureesp-20260103T000000Z.tar", true);
    put(*state, "secureesp-20260104T000000Z.tar", false); // none, whatever its name
    put(*state, "mine.tar", true);
    scratch_path(*state, "secureesp-20260103T000000Z.tar", made);
    assert_int_equal(backup_keep_newest(made, 2, &removed, NULL), 0);
    assert_int_equal(removed.count, 1);
    assert_false(is_there(*state, "secureesp-20260101T000000Z.tar"));
    assert_int_equal(backup_keep_newest(made, 1, &removed, NULL), 0);
    assert_int_equal(backup_keep_newest(made, 1, &removed, NULL), 0);
    assert_int_equal(removed.count, 2);
    assert_true(is_there(*state, "secureesp-20260103T000000Z.tar"));
    assert_true(is_there(*state, "secureesp-20260104T000000Z.tar"));
    assert_true(is_there(*state, "mine.tar"));
}

// Others were named while the clock was wrong.
static void the_one_that_was_made_stays(void **state)
{
    struct backup_keep_removed removed = {0};
    char made[SCRATCH_PATH_SIZE];

    put(*state, "secureesp-20260101T000000Z.tar", true);
    put(*state, "secureesp-20260102T000000Z.tar", true);
    put(*state, "secureesp-20360101T000000Z.tar", true);
    put(*state, "secureesp-20360102T000000Z.tar", true);
    scratch_path(*state, "secureesp-20260102T000000Z.tar", made);
    assert_int_equal(backup_keep_newest(made, 2, &removed, NULL), 0);
    assert_int_equal(removed.count, 2);
    assert_true(is_there(*state, "secureesp-20260102T000000Z.tar"));
    assert_true(is_there(*state, "secureesp-20360102T000000Z.tar"));
    assert_int_equal(backup_keep_newest(made, 1, &removed, NULL), 0);
    assert_int_equal(removed.count, 3);
    assert_true(is_there(*state, "secureesp-20260102T000000Z.tar"));
}

static void what_looks_like_one(void **state)
{
    struct tar_header other = {.name = "backup.txt", .mode = 0600};
    uint8_t block[TAR_HEADER_SIZE];
    char path[SCRATCH_PATH_SIZE];
    bool good = false;

    put(*state, "a", true);
    scratch_path(*state, "a", path);
    assert_int_equal(backup_keep_looks_good(path, &good, NULL), 0);
    assert_true(good);
    assert_int_equal(
        file_replace(path, (const uint8_t *)"age-encryption.org/v1\n", 22, 0600, NULL), 0);
    assert_int_equal(backup_keep_looks_good(path, &good, NULL), 0);
    assert_true(good);
    assert_int_equal(file_replace(path, (const uint8_t *)"", 0, 0600, NULL), 0);
    assert_int_equal(backup_keep_looks_good(path, &good, NULL), 0);
    assert_false(good);
    tar_header_write(&other, block);
    assert_int_equal(file_replace(path, block, sizeof block, 0600, NULL), 0);
    assert_int_equal(backup_keep_looks_good(path, &good, NULL), 0);
    assert_false(good);
    scratch_path(*state, "b", path);
    assert_int_equal(backup_keep_looks_good(path, &good, NULL), ERR_NOT_FOUND);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(names),
        TEST(the_newest_stay),
        TEST(the_one_that_was_made_stays),
        TEST(what_looks_like_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
