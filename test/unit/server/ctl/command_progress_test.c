// How far have many commands come?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "server/ctl/command_progress.h"

static void test_line(void **state)
{
    static const struct {
        const char *states; // by their first letters; x: expired
        const char *line;
    } rows[] = {
        {"", "0 of 0 ended"},
        {"q", "0 of 1 ended: 1 queued"},
        {"qwsad", "1 of 5 ended: 1 done, 1 accepted, 1 sent, 2 queued"},
        {"dfxc", "4 of 4 ended: 1 done, 1 failed, 1 expired, 1 cancelled"},
    };
    static const char *const names[] = {
        "queued", "waiting", "sent", "accepted", "done", "failed", "cancelled"};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct command_progress progress = {.drawn = true};
        json_t *commands = json_array();
        char line[160];

        for (const char *at = rows[i].states; *at != '\0'; at++) {
            const char *name = "expired";

            for (size_t n = 0; n < sizeof names / sizeof names[0]; n++) {
                if (names[n][0] == *at)
                    name = names[n];
            }
            json_array_append_new(commands, json_pack("{s:s}", "state", name));
        }
        command_progress_count(&progress, commands);
        command_progress_format(&progress, line, sizeof line);
        assert_string_equal(line, rows[i].line);
        assert_true(progress.drawn);
        for (size_t size = 1; size < sizeof line; size++) {
            command_progress_format(&progress, line, size);
            assert_true(strlen(line) < size);
        }
        json_decref(commands);
    }
}

static void test_ends(void **state)
{
    (void)state;
    assert_false(command_progress_has_ended("accepted"));
    assert_false(command_progress_has_ended("waiting"));
    assert_true(command_progress_has_ended("done"));
    assert_true(command_progress_has_ended("cancelled"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line),
        cmocka_unit_test(test_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
