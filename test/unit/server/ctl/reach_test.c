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
#include "server/ctl/usage.h"

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

// What is about this machine takes no --server: the completion and the help do not offer it.
static void test_server(void **state)
{
    static const struct {
        const char *group, *verb;
        bool takes;
    } rows[] = {
        {"setup", "", false},
        {"doctor", "", false},
        {"images", "sign", false},
        {"backup", "restore", false},
        {"backup", "create", true},
        {"images", "add", true},
        {"login", "", true},
        {"servers", "list", true},
        {"status", "", true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *words[] = {(char *)rows[i].group, (char *)rows[i].verb};
        int used;
        const struct subcommand *command = registry_find(words, 2, &used);
        char *text = NULL;
        size_t size;
        FILE *out = open_memstream(&text, &size);

        usage_print_command(out, command);
        assert_int_equal(fclose(out), 0);
        assert_int_equal(reach_takes_server(command), rows[i].takes);
        assert_int_equal(strstr(text, "\n  --server ") != NULL, rows[i].takes);
        assert_non_null(strstr(text, "\n  --json "));
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_rows_are_there),
        cmocka_unit_test(test_reach),
        cmocka_unit_test(test_server),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
