// Tests of files that are replaced as a whole.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/port/host/host_file.h"
#include "firmware/port/port.h"
#include "test/unit/server/base/scratch.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

static int write_text(const char *folder, const char *name, const char *text)
{
    return host_file_write(folder, name, (const uint8_t *)text, strlen(text));
}

static void assert_text(const char *folder, const char *name, const char *text)
{
    uint8_t bytes[64];

    assert_int_equal(host_file_read(folder, name, bytes, sizeof bytes), strlen(text));
    assert_memory_equal(bytes, text, strlen(text));
}

static void test_write_and_read(void **state)
{
    const char *folder = *state;
    char path[SCRATCH_PATH_SIZE];

    assert_int_equal(write_text(folder, "a.key", "first, and longer"), 0);
    assert_int_equal(write_text(folder, "a.key", "second"), 0);
    assert_text(folder, "a.key", "second");
    assert_int_equal(write_text(folder, "a.key", ""), 0);
    assert_text(folder, "a.key", "");
    assert_int_equal(scratch_count(folder), 1); // nothing is left beside it
    scratch_path(folder, "a.key", path);
    assert_int_equal(scratch_mode(path), 0600);
}

// More than there is room for: the size says so, and no byte too many is written.
static void test_read_sizes(void **state)
{
    const char *folder = *state;
    uint8_t bytes[8];

    assert_int_equal(write_text(folder, "f", "12345"), 0);
    for (size_t n = 0; n <= 6; n++) {
        memset(bytes, '#', sizeof bytes);
        assert_int_equal(host_file_read(folder, "f", bytes, n), 5);
        assert_memory_equal(bytes, "12345", n < 5 ? n : 5);
        assert_int_equal(bytes[n < 5 ? n : 5], '#');
    }
}

static void test_absent(void **state)
{
    const char *folder = *state;
    uint8_t byte;

    assert_int_equal(host_file_read(folder, "none", &byte, 1), PORT_ABSENT);
    assert_int_equal(host_file_remove(folder, "none"), 0);
    assert_int_equal(write_text(folder, "some", "x"), 0);
    assert_int_equal(host_file_remove(folder, "some"), 0);
    assert_int_equal(host_file_read(folder, "some", &byte, 1), PORT_ABSENT);
    assert_int_equal(write_text("/nonexistent", "f", "x"), PORT_FAILED);
}

// What a power cut left half written is not looked at, and is no hindrance.
static void test_left_over(void **state)
{
    const char *folder = *state;
    char path[SCRATCH_PATH_SIZE];
    FILE *file;

    assert_int_equal(write_text(folder, "f", "old"), 0);
    scratch_path(folder, ".f.tmp", path);
    file = fopen(path, "w");
    assert_non_null(file);
    fputs("half of the new and rather long conte", file);
    fclose(file);
    assert_text(folder, "f", "old");
    assert_int_equal(write_text(folder, "f", "new"), 0);
    assert_text(folder, "f", "new");
    assert_int_equal(scratch_count(folder), 1);
}

// A replacement that fails leaves what was there, and nothing else.
static void test_failed_write(void **state)
{
    const char *folder = *state;
    char path[SCRATCH_PATH_SIZE];

    scratch_path(folder, "f", path);
    assert_int_equal(mkdir(path, 0700), 0); // cannot be replaced by a file
    assert_int_equal(write_text(folder, "f", "new"), PORT_FAILED);
    assert_int_equal(scratch_count(folder), 1);
    assert_int_equal(scratch_mode(path), 0700);
    assert_int_equal(host_file_remove(folder, "f"), PORT_FAILED);
}

static void test_long_names(void **state)
{
    char name[300];

    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_int_equal(write_text(*state, name, "x"), PORT_FAILED);
    name[251] = '\0'; // with the five of ".tmp" and its dot too long by one
    assert_int_equal(write_text(*state, name, "x"), PORT_FAILED);
    assert_int_equal(scratch_count(*state), 0);
    name[250] = '\0';
    assert_int_equal(write_text(*state, name, "x"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_write_and_read),
        TEST(test_read_sizes),
        TEST(test_absent),
        TEST(test_left_over),
        TEST(test_failed_write),
        TEST(test_long_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
