// Secrets that files hold: the first line, and no other.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "server/base/file.h"
#include "server/ctl/secret_file.h"
#include "test/unit/freed_memory.h"

#define SIZE 8

static struct err err;
static char path[] = "/tmp/secret_file_test.XXXXXX";
static char secret[SIZE];

static int take(const char *text, size_t n)
{
    strcpy(secret, "before");
    assert_int_equal(file_replace(path, (const uint8_t *)text, n, 0600, &err), 0);
    return secret_file_read(path, secret, sizeof secret, &err);
}

static void test_line(void **state)
{
    static const struct {
        const char *text;
        size_t n;
        const char *secret; // NULL: refused
    } rows[] = {
        {"s", 1, "s"},
        {"secret\n", 7, "secret"},
        {"secret\r\n", 8, "secret"},
        {"secret\nmore", 11, "secret"},
        {"secret\nmo\0re", 12, "secret"},
        {"1234567\n", 8, "1234567"},
        {"12345678\n", 9, NULL},
        {"", 0, NULL},
        {"\nsecret", 7, NULL},
        {"\r\n", 2, NULL},
        {"se\0ret\n", 7, NULL},
        {"\0", 1, NULL},
        {"secret\0", 7, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int rc = take(rows[i].text, rows[i].n);

        assert_int_equal(rc, rows[i].secret != NULL ? 0 : ERR_INVALID);
        assert_string_equal(secret, rows[i].secret != NULL ? rows[i].secret : "before");
    }
}

static void test_file(void **state)
{
    static char large[65537];

    (void)state;
    assert_int_equal(
        secret_file_read("/nonexistent/file", secret, sizeof secret, &err), ERR_NOT_FOUND);
    large[0] = 's';
    large[1] = '\n';
    assert_int_equal(take(large, sizeof large - 1), 0);
    assert_string_equal(secret, "s");
    assert_int_equal(take(large, sizeof large), ERR_TOO_LARGE);
}

static void test_standard_input(void **state)
{
    static const struct {
        const char *text;
        int rc;
        const char *secret;
    } rows[] = {
        {"secret\nmore\n", 0, "secret"},
        {"secret\r\n", 0, "secret"},
        {"secret", 0, "secret"},
        {"\nsecret\n", ERR_INVALID, ""},
        {"\r\n", ERR_INVALID, ""},
        {"12345678\n", ERR_INVALID, ""},
        {"", ERR_IO, ""},
    };
    int before = dup(STDIN_FILENO);

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int ends[2];

        assert_int_equal(pipe(ends), 0);
        assert_int_equal(write(ends[1], rows[i].text, strlen(rows[i].text)), strlen(rows[i].text));
        close(ends[1]);
        assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
        close(ends[0]);
        assert_int_equal(secret_file_take("-", "q", secret, sizeof secret, &err), rows[i].rc);
        assert_string_equal(secret, rows[i].secret);
    }
    dup2(before, STDIN_FILENO);
    close(before);
    assert_int_equal(take("of a file", 9), ERR_INVALID);
    assert_int_equal(take("file\n", 5), 0);
    assert_int_equal(secret_file_take(path, "q", secret, sizeof secret, &err), 0);
    assert_string_equal(secret, "file");
}

static void test_nothing_is_left(void **state)
{
    (void)state;
    freed_memory_start("sesame", 6);
    assert_int_equal(take("sesame\n", 7), 0);
    assert_string_equal(secret, "sesame");
    assert_int_equal(take("1\nsesame\n", 9), 0);
    assert_int_equal(take("\nsesame\n", 8), ERR_INVALID);
    assert_false(freed_memory_end());
}

static int set_up(void **state)
{
    int fd = mkstemp(path);

    (void)state;
    return fd < 0 ? -1 : close(fd);
}

static int tear_down(void **state)
{
    (void)state;
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line),
        cmocka_unit_test(test_file),
        cmocka_unit_test(test_standard_input),
        cmocka_unit_test(test_nothing_is_left),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
