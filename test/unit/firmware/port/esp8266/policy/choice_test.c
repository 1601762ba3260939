// Tests of which image runs. main/boot_test.c plays it through with boot loader and record.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "firmware/port/esp8266/policy/choice.h"

static void test_table(void **state)
{
    static const struct {
        struct choice_facts facts; // blank, good, running, selected, active
        enum choice choice;
    } rows[] = {
        {{true, false, 0, 0, 0}, CHOICE_FORGET},
        {{true, false, 0, 0, 1}, CHOICE_FORGET},
        {{true, false, 1, 0, 1}, CHOICE_SELECT}, // the flash over the serial line was torn
        {{true, false, 1, 0, 0}, CHOICE_SKIP},
        {{false, true, 0, 0, 0}, CHOICE_RUN},
        {{false, true, 1, 1, 1}, CHOICE_RUN},
        {{false, true, 0, 1, 0}, CHOICE_SELECT}, // the selected one was refused
        {{false, true, 1, 0, 1}, CHOICE_SELECT},
        {{false, false, 0, 0, 0}, CHOICE_SELECT}, // nothing is selected, slot 0 is only the first
        {{false, false, 0, 0, 1}, CHOICE_SWITCH},
        {{false, false, 1, 0, 0}, CHOICE_SKIP},
        {{false, true, 0, 0, 1}, CHOICE_SWITCH},
        {{false, true, 1, 1, 0}, CHOICE_SWITCH},
        {{false, true, 0, 1, 1}, CHOICE_SKIP},
        {{false, true, 1, 0, 0}, CHOICE_SKIP},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(choice_make(&rows[i].facts), rows[i].choice);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
