// The words for a change of the CA, there and back.
#include "server/model/rotation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void test_names(void **state)
{
    (void)state;
    for (int phase = 0; phase < ROTATION_PHASE_COUNT; phase++)
        assert_int_equal(rotation_phase_of(rotation_phase_name((enum rotation_phase)phase)), phase);
    assert_int_equal(rotation_phase_of("nonsense"), ROTATION_PHASE_COUNT);
    assert_int_equal(rotation_phase_of(""), ROTATION_PHASE_COUNT);
    assert_string_equal(rotation_holds_name(ROTATION_HOLDS_ALONE), "new-alone");
    assert_string_equal(rotation_step_name(ROTATION_REBOOT), "reboot");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_names)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
