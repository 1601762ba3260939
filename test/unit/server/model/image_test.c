// Names of image states and layouts.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "server/model/image.h"

static void test_state_names(void **state)
{
    (void)state;
    assert_string_equal(image_state_name(IMAGE_ADDED), "added");
    assert_string_equal(image_state_name(IMAGE_PUBLISHED), "published");
    assert_string_equal(image_state_name(IMAGE_WITHDRAWN), "withdrawn");
    assert_string_equal(image_state_name(IMAGE_STATE_COUNT), "unknown");
}

static void test_layout_names(void **state)
{
    (void)state;
    assert_string_equal(image_layout_name(IMAGE_LAYOUT_SKETCH), "sketch");
    assert_string_equal(image_layout_name(IMAGE_LAYOUT_SDK), "sdk");
    assert_null(image_layout_name(IMAGE_LAYOUT_OTHER));
    assert_null(image_layout_name(IMAGE_LAYOUT_UNREAD));
    assert_null(image_layout_name(IMAGE_LAYOUT_COUNT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_state_names),
        cmocka_unit_test(test_layout_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
