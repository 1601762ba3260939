// Names of commands and their states.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "server/model/command.h"

static void test_state_names(void **state)
{
    static const char *const names[COMMAND_STATE_COUNT] = {
        "queued", "sent", "done", "failed", "expired", "cancelled", "waiting"};

    (void)state;
    for (int i = 0; i < COMMAND_STATE_COUNT; i++)
        assert_string_equal(command_state_name((enum command_state)i), names[i]);
    assert_string_equal(command_state_name(COMMAND_STATE_COUNT), "unknown");
    assert_string_equal(command_state_name((enum command_state) - 1), "unknown");
}

static void test_ends(void **state)
{
    static const bool ends[COMMAND_STATE_COUNT] = {false, false, true, true, true, true, false};

    (void)state;
    for (int i = 0; i < COMMAND_STATE_COUNT; i++)
        assert_int_equal(command_state_is_end((enum command_state)i), ends[i]);
}

static void test_known_names(void **state)
{
    static const char *const known[] = {
        "firmware", "flash", "reboot", "ca", "cert", "key", "config"};
    static const char *const unknown[] = {
        "", "Flash", "flash ", "erase", "#", "+", "flash/x", "wifi"};

    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        assert_true(command_name_is_known(known[i]));
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
        assert_false(command_name_is_known(unknown[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_state_names),
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_known_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
