// Names of image states.
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

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_state_names)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
