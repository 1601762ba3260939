// Other programs, run to their end.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "server/base/program.h"

static struct program_result result;
static struct err err;

static void test_says(void **state)
{
    const char *const argv[] = {"sh", "-c", "echo out; echo err >&2; cat; exit 3", NULL};

    (void)state;
    assert_int_equal(program_run(argv, &result, &err), 0);
    assert_int_equal(result.status, 3);
    assert_string_equal(result.said, "out\nerr\n");
    assert_int_equal(program_must(argv, &result, &err), ERR_IO);
    assert_string_equal(err.message, "sh ended with status 3: err");
}

static void test_passes_over_notes(void **state)
{
    const char *const argv[] = {
        "sh", "-c", "echo x: first; echo x: wrong; echo x: note: a; echo x: note: b; exit 1", NULL};
    const char *const all[] = {"sh", "-c", "echo x: note: a; echo x: note: b; exit 1", NULL};
    const char *const none[] = {"false", NULL};

    (void)state;
    assert_int_equal(program_must(argv, &result, &err), ERR_IO);
    assert_string_equal(err.message, "sh ended with status 1: x: wrong");
    assert_int_equal(program_must(all, &result, &err), ERR_IO);
    assert_string_equal(err.message, "sh ended with status 1: x: note: a");
    assert_int_equal(program_must(none, &result, &err), ERR_IO);
    assert_string_equal(err.message, "false ended with status 1: ");
}

static void test_keeps_the_end(void **state)
{
    const char *const argv[] = {"sh", "-c", "yes | head -c 10000; echo; echo end", NULL};

    (void)state;
    assert_int_equal(program_must(argv, &result, &err), 0);
    assert_int_equal(strlen(result.said), PROGRAM_SAID_SIZE - 1);
    assert_string_equal(result.said + PROGRAM_SAID_SIZE - 1 - 5, "\nend\n");
}

static void test_signal(void **state)
{
    const char *const argv[] = {"sh", "-c", "kill -9 $$", NULL};

    (void)state;
    assert_int_equal(program_run(argv, &result, &err), 0);
    assert_int_equal(result.status, 128 + 9);
}

static void test_missing(void **state)
{
    const char *const argv[] = {"no-such-program", NULL};

    (void)state;
    assert_int_equal(program_run(argv, &result, &err), ERR_NOT_FOUND);
    assert_string_equal(err.message, "cannot run no-such-program: No such file or directory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_says),
        cmocka_unit_test(test_passes_over_notes),
        cmocka_unit_test(test_keeps_the_end),
        cmocka_unit_test(test_signal),
        cmocka_unit_test(test_missing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
