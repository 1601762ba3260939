// The table of subcommands.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/ctl/registry.h"

static const struct subcommand *find(char *group, char *verb, int *used)
{
    char *words[] = {group, verb};

    return registry_find(words, group == NULL ? 0 : verb == NULL ? 1 : 2, used);
}

static void test_find(void **state)
{
    const struct subcommand *command;
    int used = 0;

    (void)state;
    command = find("devices", "list", &used);
    assert_string_equal(command->verb, "list");
    assert_int_equal(used, 2);
    // A MAC is never a verb: what is none is for the group's own command.
    command = find("command", "84f3eb012345", &used);
    assert_null(command->verb);
    assert_int_equal(used, 1);
    assert_string_equal(find("command", "list", &used)->verb, "list");
    assert_null(find("chain", "list", &used)->verb);
    assert_null(find("devices", NULL, &used));
    assert_null(find("devices", "lists", &used));
    assert_null(find("nothing", "list", &used));
    assert_null(find(NULL, NULL, &used));
}

static void test_all_are_complete(void **state)
{
    const struct subcommand *command;
    size_t i = 0;

    (void)state;
    for (; (command = registry_at(i)) != NULL; i++) {
        assert_non_null(command->synopsis);
        assert_non_null(command->summary);
        assert_non_null(command->run);
        assert_true(command->arguments_min <= command->arguments_max);
        assert_true(registry_has_group(command->group));
    }
    assert_true(i > 15);
    assert_false(registry_has_group("nothing"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_all_are_complete),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
