// Numbers of revocation lists: each is higher than all before it, whatever becomes of the file.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "server/base/file.h"
#include "server/pki/crl_number.h"
#include "test/unit/server/base/scratch.h"

#define NOW_MS INT64_C(1767225600000)
#define NOW_S UINT64_C(1767225600)

static void put(const char *folder, const char *text)
{
    char path[SCRATCH_PATH_SIZE];

    scratch_path(folder, "crlnumber", path);
    assert_int_equal(file_replace(path, (const uint8_t *)text, strlen(text), 0600, NULL), 0);
}

static void expect_text(const char *folder, const char *text)
{
    char path[SCRATCH_PATH_SIZE];
    uint8_t *found;
    size_t n;

    scratch_path(folder, "crlnumber", path);
    assert_int_equal(file_read(path, 256, &found, &n, NULL), 0);
    assert_string_equal((char *)found, text);
    free(found);
}

static uint64_t take(const char *folder, int64_t now_ms)
{
    uint64_t number = 0;
    struct err err = {0};

    if (crl_number_take(folder, now_ms, &number, &err) < 0)
        fail_msg("%s", err.message);
    return number;
}

// By the time, so that a folder that was put back from a copy does not begin again; and never by
// less than one.
static void test_rises(void **state)
{
    char path[SCRATCH_PATH_SIZE];

    assert_int_equal(take(*state, NOW_MS), NOW_S);
    expect_text(*state, "000000006955B900\n"); // as OpenSSL's "crlnumber"
    assert_int_equal(take(*state, NOW_MS), NOW_S + 1);
    assert_int_equal(take(*state, NOW_MS - 1000000), NOW_S + 2); // a clock that went back
    assert_int_equal(take(*state, NOW_MS + 60000), NOW_S + 60);
    scratch_path(*state, "crlnumber", path);
    assert_int_equal(scratch_mode(path), 0600);
}

static void test_what_was_left_is_removed(void **state)
{
    char path[SCRATCH_PATH_SIZE];

    scratch_path(*state, "crlnumber.Ab12cD.tmp", path);
    assert_int_equal(file_replace(path, (const uint8_t *)"x", 1, 0600, NULL), 0);
    take(*state, NOW_MS);
    assert_int_equal(scratch_count(*state), 1);
}

static void test_what_stands_there(void **state)
{
    static const struct {
        const char *text;
        uint64_t number; // 0: refused
    } rows[] = {
        {"7FFFFFFF00000000\n", UINT64_C(0x7fffffff00000001)},
        {"7fffffff00000000", UINT64_C(0x7fffffff00000001)},
        {"01\r\n", NOW_S},
        {"0 \t\n", NOW_S},
        {"7FFFFFFFFFFFFFFE\n", UINT64_C(0x7fffffffffffffff)},
        {"7FFFFFFFFFFFFFFF\n", 0}, // there is none after it
        {"FFFFFFFFFFFFFFFF\n", 0},
        {"00000000000000001\n", 0}, // 17 digits
        {"", 0},
        {"\n", 0},
        {"xyz\n", 0},
        {"12 34\n", 0},
        {"-1\n", 0},
        {" 1\n", 0},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint64_t number = 42;
        struct err err = {0};

        put(*state, rows[i].text);
        if (rows[i].number != 0) {
            assert_int_equal(take(*state, NOW_MS), rows[i].number);
            continue;
        }
        assert_int_equal(crl_number_take(*state, NOW_MS, &number, &err), ERR_INVALID);
        assert_non_null(strstr(err.message, "/crlnumber holds no number in hex"));
        assert_int_equal(number, 42);
        expect_text(*state, rows[i].text); // for whoever restores it
    }
}

static void test_fails(void **state)
{
    char path[SCRATCH_PATH_SIZE];
    uint64_t number = 42;
    struct err err = {0};

    scratch_path(*state, "none", path);
    assert_int_equal(crl_number_take(path, NOW_MS, &number, &err), ERR_IO);
    assert_non_null(strstr(err.message, "/none"));
    scratch_path(*state, "crlnumber", path);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_true(crl_number_take(*state, NOW_MS, &number, &err) < 0);
    assert_int_equal(number, 42);
    assert_int_equal(rmdir(path), 0);
}

// Two at a time get two numbers.
static void test_processes(void **state)
{
    enum { PROCESSES = 4, EACH = 25 };

    for (int p = 0; p < PROCESSES; p++) {
        if (fork() == 0) {
            for (int i = 0; i < EACH; i++)
                take(*state, NOW_MS);
            _exit(0);
        }
    }
    for (int p = 0; p < PROCESSES; p++) {
        int status;

        assert_true(wait(&status) > 0 && status == 0);
    }
    assert_int_equal(take(*state, NOW_MS), NOW_S + PROCESSES * EACH);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_rises),
        TEST(test_what_was_left_is_removed),
        TEST(test_what_stands_there),
        TEST(test_fails),
        TEST(test_processes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
