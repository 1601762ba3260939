// The first administrator's password.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "server/base/file.h"
#include "server/ctl/setup_password.h"

static struct setup_password password;
static struct err err;
static char path[] = "/tmp/setup_password_test.XXXXXX";

static int take(const char *text, size_t n)
{
    assert_int_equal(file_replace(path, (const uint8_t *)text, n, 0600, &err), 0);
    return setup_password_take(path, "admin", &password, &err);
}

static void test_file(void **state)
{
    char full[SETUP_PASSWORD_SIZE];

    (void)state;
    assert_int_equal(take("secret\nmore", 11), 0);
    assert_string_equal(password.text, "secret");
    assert_false(password.is_made);
    assert_int_equal(take("secret\r\n", 8), 0);
    assert_string_equal(password.text, "secret");
    assert_int_equal(take("\nsecret", 7), ERR_INVALID);
    assert_int_equal(take("", 0), ERR_INVALID);
    memset(full, 'x', sizeof full);
    assert_int_equal(take(full, sizeof full - 1), 0);
    assert_int_equal(take(full, sizeof full), ERR_INVALID);
    assert_int_equal(
        setup_password_take("/nonexistent/file", "admin", &password, &err), ERR_NOT_FOUND);
}

static void test_make(void **state)
{
    char first[SETUP_PASSWORD_SIZE];

    (void)state;
    assert_int_equal(setup_password_make(&password, &err), 0);
    assert_int_equal(strlen(password.text), 24);
    assert_int_equal(strspn(password.text, "abcdefghijkmnpqrstuvwxyz23456789"), 24);
    assert_true(password.is_made);
    memcpy(first, password.text, sizeof first);
    assert_int_equal(setup_password_make(&password, &err), 0);
    assert_string_not_equal(first, password.text);
}

static int set_up(void **state)
{
    int fd = mkstemp(path);

    (void)state;
    if (fd >= 0)
        close(fd);
    return fd < 0;
}

static int tear_down(void **state)
{
    (void)state;
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_file),
        cmocka_unit_test(test_make),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
