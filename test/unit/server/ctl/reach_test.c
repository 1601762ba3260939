// How far subcommands reach.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/ctl/reach.h"
#include "server/ctl/registry.h"

// A row that no subcommand bears the name of would be one that was renamed, and reaches out now.
static void test_all_rows_are_there(void **state)
{
    size_t found = 0;
    size_t i = 0;
    const struct subcommand *command;

    (void)state;
    for (; (command = registry_at(i)) != NULL; i++)
        found += reach_of(command) != REACH_DAEMON;
    for (i = 0; reach_at(i) != NULL; i++)
        ;
    assert_int_equal(found, i);
}

static void test_reach(void **state)
{
    char *words[] = {"images", "sign"};
    char *others[] = {"images", "add"};
    char *login[] = {"login", "x"};
    int used;

    (void)state;
    assert_int_equal(reach_of(registry_find(words, 2, &used)), REACH_FILES);
    assert_int_equal(reach_of(registry_find(others, 2, &used)), REACH_DAEMON);
    assert_int_equal(reach_of(registry_find(login, 2, &used)), REACH_SELF);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_rows_are_there),
        cmocka_unit_test(test_reach),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
