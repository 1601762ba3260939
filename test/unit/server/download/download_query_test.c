// The question for an image.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "server/download/download_query.h"

static void an_image_name_is_read(void **state)
{
    struct image_name name;
    const char *reason;

    (void)state;
    assert_int_equal(download_query_curimage("BOARD-00.01.g", &name, &reason), 0);
    assert_string_equal(name.board, "BOARD");
    assert_string_equal(name.version, "00.01.g");
}

static void anything_else_is_refused_with_the_reason(void **state)
{
    static const struct {
        const char *value;
        const char *reason;
    } cases[] = {
        {NULL, "is missing"}, {"", "is missing"}, {"BOARD", "is not an image name"},
        {"BOARD-1 ", "is not an image name"},
        {"BOARD-1\x01", "is not an image name"}, // as a NUL is decoded
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct image_name name = {.text = "untouched"};
        const char *reason = "";

        assert_int_equal(download_query_curimage(cases[i].value, &name, &reason), ERR_INVALID);
        assert_non_null(strstr(reason, cases[i].reason));
        assert_string_equal(name.text, "untouched");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_image_name_is_read),
        cmocka_unit_test(anything_else_is_refused_with_the_reason),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
