// When what failed is tried again.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "server/base/file.h"
#include "server/revocation/revocation_retry.h"
#include "test/unit/server/base/scratch.h"

static int set_up(void **state)
{
    return scratch_make(state);
}

static struct revocation_file file_in(const char *folder)
{
    struct revocation_file file;

    assert_int_equal(revocation_file_init(&file, folder, NULL), 0);
    return file;
}

static void test_ever_more_seldom(void **state)
{
    static const int64_t delays_ms[] = {1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000, 60000};
    struct revocation_file file = file_in(*state);
    struct revocation_retry retry = {0};
    int64_t now_ms = 5;

    assert_true(revocation_retry_is_due(&retry, &file, now_ms));
    for (size_t i = 0; i < sizeof delays_ms / sizeof delays_ms[0]; i++) {
        revocation_retry_note(&retry, &file, now_ms);
        assert_false(revocation_retry_is_due(&retry, &file, now_ms));
        now_ms += delays_ms[i];
        assert_false(revocation_retry_is_due(&retry, &file, now_ms - 1));
        assert_true(revocation_retry_is_due(&retry, &file, now_ms));
    }
}

static void remove_what_is_there(const struct revocation_file *file)
{
    assert_int_equal(rmdir(file->path), 0);
}

static void change_the_folder(const struct revocation_file *file)
{
    assert_int_equal(chmod(file->folder, 0711), 0);
}

static void change_what_is_there(const struct revocation_file *file)
{
    assert_int_equal(chmod(file->path, 0700), 0);
}

static void replace_the_folder(const struct revocation_file *file)
{
    char away[SCRATCH_PATH_SIZE];

    snprintf(away, sizeof away, "%.400s.away", file->folder);
    assert_int_equal(rename(file->folder, away), 0);
    assert_int_equal(mkdir(file->folder, 0755), 0);
}

// At once when the place is another.
static void test_when_it_may_go_well(void **state)
{
    static void (*const deeds[])(const struct revocation_file *file) = {
        change_what_is_there, remove_what_is_there, change_the_folder, replace_the_folder};
    char folder[SCRATCH_PATH_SIZE];

    scratch_path(*state, "broker", folder);

    struct revocation_file file = file_in(folder);
    struct revocation_retry retry = {0};

    assert_int_equal(mkdir(folder, 0755), 0);
    assert_int_equal(mkdir(file.path, 0755), 0);
    for (size_t i = 0; i < sizeof deeds / sizeof deeds[0]; i++) {
        revocation_retry_note(&retry, &file, 0);
        usleep(20000); // a tick of the file system's clock
        assert_false(revocation_retry_is_due(&retry, &file, 0));
        deeds[i](&file);
        if (!revocation_retry_is_due(&retry, &file, 0))
            fail_msg("deed %zu", i);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_ever_more_seldom),
        TEST(test_when_it_may_go_well),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
