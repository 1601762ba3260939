// Errors: code, message, context, names.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "server/base/err.h"

static void test_set_returns_code(void **state)
{
    struct err err = {0};

    (void)state;
    assert_int_equal(err_set(&err, ERR_NOT_FOUND, "no %s %d", "image", 7), ERR_NOT_FOUND);
    assert_int_equal(err.code, ERR_NOT_FOUND);
    assert_string_equal(err.message, "no image 7");
}

static void test_null_is_allowed(void **state)
{
    (void)state;
    assert_int_equal(err_set(NULL, ERR_DENIED, "x"), ERR_DENIED);
    assert_int_equal(err_context(NULL, "x"), ERR_IO);
}

static void test_context_goes_before(void **state)
{
    struct err err = {0};

    (void)state;
    (void)err_set(&err, ERR_DENIED, "key unknown");
    assert_int_equal(err_context(&err, "signature"), ERR_DENIED);
    assert_int_equal(err_context(&err, "image %d", 7), ERR_DENIED);
    assert_string_equal(err.message, "image 7: signature: key unknown");
}

// As printf(3) cannot write that in the C locale, the context is lost, and nothing else.
static void test_context_that_cannot_be_written(void **state)
{
    struct err err = {0};

    (void)state;
    (void)err_set(&err, ERR_DENIED, "key unknown");
    assert_int_equal(err_context(&err, "%ls", L"\x20ac"), ERR_DENIED);
    assert_string_equal(err.message, ": key unknown");
}

static void test_long_messages_are_cut(void **state)
{
    struct err err = {0};
    char text[ERR_MESSAGE_SIZE + 100];

    (void)state;
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    (void)err_set(&err, ERR_IO, "%s", text);
    assert_int_equal(strlen(err.message), ERR_MESSAGE_SIZE - 1);
    (void)err_context(&err, "%s", text);
    assert_int_equal(strlen(err.message), ERR_MESSAGE_SIZE - 1);
    (void)err_context(&err, "%.*s", ERR_MESSAGE_SIZE - 3, text);
    assert_int_equal(strlen(err.message), ERR_MESSAGE_SIZE - 1);
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(err_code_name(0), "ok");
    for (int code = ERR_BUSY; code < 0; code++)
        assert_string_not_equal(err_code_name(code), "unknown");
    assert_string_equal(err_code_name(ERR_NOT_FOUND), "not-found");
    assert_string_equal(err_code_name(ERR_BUSY - 1), "unknown");
    assert_string_equal(err_code_name(1), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_set_returns_code),
        cmocka_unit_test(test_null_is_allowed),
        cmocka_unit_test(test_context_goes_before),
        cmocka_unit_test(test_context_that_cannot_be_written),
        cmocka_unit_test(test_long_messages_are_cut),
        cmocka_unit_test(test_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
