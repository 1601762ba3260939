// Which kinds of event a webhook asks for.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "server/webhook/webhook_kinds.h"

static void kinds_are_matched(void **state)
{
    (void)state;
    assert_true(webhook_kinds_has("", "boot"));
    assert_true(webhook_kinds_has("boot", "boot"));
    assert_false(webhook_kinds_has("boot", "boots"));
    assert_false(webhook_kinds_has("boot", "reboot"));
    assert_true(webhook_kinds_has("error boot", "boot"));
    assert_false(webhook_kinds_has("error boot", "error boot"));
    assert_true(webhook_kinds_has("error rollout-*", "rollout-pause"));
    assert_false(webhook_kinds_has("error rollout-*", "rollout"));
    assert_true(webhook_kinds_has("?oot", "boot"));
}

static void patterns_are_judged(void **state)
{
    (void)state;
    assert_true(webhook_kinds_is_pattern("boot"));
    assert_true(webhook_kinds_is_pattern("*"));
    assert_true(webhook_kinds_is_pattern("enrolment-refused"));
    assert_true(webhook_kinds_is_pattern("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
    assert_false(webhook_kinds_is_pattern("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
    assert_false(webhook_kinds_is_pattern(""));
    assert_false(webhook_kinds_is_pattern("Boot"));
    assert_false(webhook_kinds_is_pattern("boot error"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_are_matched),
        cmocka_unit_test(patterns_are_judged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
