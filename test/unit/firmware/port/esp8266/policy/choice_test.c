// Tests of which image runs: the SDK's boot loader and the device's record, played through.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "firmware/port/esp8266/policy/choice.h"

static void test_table(void **state)
{
    static const struct {
        struct choice_facts facts; // blank, running, selected, active
        enum choice choice;
    } rows[] = {
        {{true, 0, 0, 0}, CHOICE_FORGET},
        {{true, 0, 0, 1}, CHOICE_FORGET},
        {{false, 0, 0, 0}, CHOICE_RUN},
        {{false, 1, 1, 1}, CHOICE_RUN},
        {{false, 0, 1, 0}, CHOICE_RUN}, // the selected one was refused, and not wanted any more
        {{false, 0, 0, 1}, CHOICE_SWITCH},
        {{false, 1, 1, 0}, CHOICE_SWITCH},
        {{false, 0, 1, 1}, CHOICE_SKIP},
        {{false, 1, 0, 0}, CHOICE_SKIP},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(choice_make(&rows[i].facts), rows[i].choice);
}

// From every state, with every combination of damaged images that leaves a good one, starts lead to
// an image that runs within a few turns.
static void test_ends(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits < 32; bits++) {
        bool damaged[2] = {(bits & 8) != 0, (bits & 16) != 0};
        struct choice_facts facts = {
            .otadata_is_blank = (bits & 1) != 0,
            .selected = bits >> 1 & 1,
            .active = bits >> 2 & 1,
        };
        unsigned turns = 0;
        enum choice choice = CHOICE_SWITCH;

        if (damaged[0] && damaged[1])
            continue;
        if (facts.otadata_is_blank)
            facts.selected = 0;
        while (choice != CHOICE_RUN && turns++ < 8) {
            facts.running = damaged[facts.selected] ? 1 - facts.selected : facts.selected;
            choice = choice_make(&facts);
            if (choice == CHOICE_FORGET) {
                facts.otadata_is_blank = false;
                facts.active = 0;
                facts.selected = facts.running;
            } else if (choice == CHOICE_SWITCH && !damaged[facts.active]) {
                facts.selected = facts.active;
            } else if (choice == CHOICE_SWITCH || choice == CHOICE_SKIP) {
                facts.active = facts.running; // set_boot_partition checks it, too
            }
        }
        assert_int_equal(choice, CHOICE_RUN);
        assert_false(damaged[facts.running]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
