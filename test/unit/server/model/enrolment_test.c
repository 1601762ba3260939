// The states of enrolments have names of their own.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "server/model/enrolment.h"

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(enrolment_state_name(ENROLMENT_LISTED), "listed");
    assert_string_equal(enrolment_state_name(ENROLMENT_PENDING), "pending");
    assert_string_equal(enrolment_state_name(ENROLMENT_APPROVED), "approved");
    assert_string_equal(enrolment_state_name(ENROLMENT_REJECTED), "rejected");
    assert_string_equal(enrolment_state_name(ENROLMENT_ENROLLED), "enrolled");
    assert_string_equal(enrolment_state_name(ENROLMENT_STATE_COUNT), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_names)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
