// A text is read whole, or refused.
#include "server/base/text_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/file.h"
#include "test/unit/server/base/scratch.h"

static void test_text(void **state)
{
    static const struct {
        const char *bytes;
        size_t n;
        int rc;
    } rows[] = {
        {"", 0, 0},
        {"a = 1\n", 6, 0},
        {"12345678", 8, 0},
        {"123456789", 9, ERR_TOO_LARGE},
        {"\0", 1, ERR_INVALID},
        {"\0bcd", 4, ERR_INVALID},
        {"ab\0cd", 5, ERR_INVALID},
        {"abcd\0", 5, ERR_INVALID},
    };
    char path[SCRATCH_PATH_SIZE];

    scratch_path(*state, "text", path);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err err = {0};
        char *text = NULL;

        assert_int_equal(
            file_replace(path, (const uint8_t *)rows[i].bytes, rows[i].n, 0600, NULL), 0);
        assert_int_equal(text_file_read(path, 8, &text, &err), rows[i].rc);
        if (rows[i].rc < 0) {
            assert_null(text);
            assert_non_null(strstr(err.message, path));
            continue;
        }
        assert_string_equal(text, rows[i].bytes);
        free(text);
    }
}

static void test_no_file(void **state)
{
    char path[SCRATCH_PATH_SIZE];
    char *text = NULL;

    scratch_path(*state, "missing", path);
    assert_int_equal(text_file_read(path, 8, &text, NULL), ERR_NOT_FOUND);
    assert_null(text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_text), TEST(test_no_file)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
