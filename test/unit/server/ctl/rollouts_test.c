// How rollouts are drawn, and when they begin.
#include "server/ctl/rollouts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "server/ctl/rollouts_create.h"

static void bars(void **state)
{
    static const struct {
        struct rollouts_bar bar; // updated, working, failed, total
        const char *drawn;
    } rows[] = {
        {{0, 0, 0, 0}, "[..............................]"},
        {{30, 0, 0, 30}, "[##############################]"},
        {{10, 5, 5, 30}, "[##########>>>>>..........xxxxx]"},
        {{1, 1, 1, 100000}, "[#>...........................x]"},
        {{100000, 1, 1, 100002}, "[############################>x]"},
        {{29, 29, 29, 30}, "[>xxxxxxxxxxxxxxxxxxxxxxxxxxxxx]"},
        {{-1, -1, -1, 30}, "[..............................]"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char drawn[ROLLOUTS_BAR_SIZE];

        rollouts_draw(&rows[i].bar, drawn);
        assert_string_equal(drawn, rows[i].drawn);
    }
}

static void starts(void **state)
{
    static const struct {
        const char *text;
        int64_t at_ms; // -1: it is none
    } rows[] = {
        {"2026-12-24T21:00Z", 1798146000000},
        {"2026-12-24T21:00:30Z", 1798146030000},
        {"2026-12-24T22:00", 1798146000000},
        {"+2h", 7201000},
        {"", -1},
        {"+", -1},
        {"2h", -1},
        {"2026-12-24", -1},
        {"2026-12-24T22:00+01", -1},
        {"2026-13-24T22:00", -1},
        {"2028-02-29T00:00Z", 1835395200000},
        {"2026-02-29T00:00Z", -1},
        {"2026-04-31T00:00", -1},
        {"2026-12-24T22:00 Z", -1},
    };

    (void)state;
    assert_int_equal(setenv("TZ", "CET-1", 1), 0);
    tzset();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t at_ms = -1;

        if (rollouts_create_read_start(rows[i].text, 1000, &at_ms) != (rows[i].at_ms >= 0) ||
            at_ms != rows[i].at_ms)
            fail_msg("\"%s\": %lld", rows[i].text, (long long)at_ms);
    }
}

// The daemon is not asked for what is wrong by itself.
static void wrong_options_are_misuse(void **state)
{
    static const struct {
        const char *option, *message;
    } rows[] = {
        {"--rate=x", "--rate x"},
        {"--at-once=-1", "--at-once -1"},
        {"--success=x", "--success x: give a share from 1% to 100%"},
        {"--success=101%", "--success 101%"},
        {"--soak=x", "\"x\" is no duration"},
        {"--timeout=0", "--timeout 0"},
        {"--start=x", "\"x\" is no time"},
    };
    const struct option_rule *const tables[] = {rollouts_create_options, NULL};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char option[32];
        char *argv[] = {"spring", "--image=B-1", "--all", option};
        struct options options;
        struct client_target target = {.socket = "/nowhere/api.sock"};
        struct subcommand_call call = {.options = &options, .target = &target};
        struct err err = {0};

        snprintf(option, sizeof option, "%s", rows[i].option);
        assert_int_equal(options_parse(tables, 4, argv, &options, &err), 0);
        assert_int_equal(rollouts_create_run(&call, &err), SUBCOMMAND_USAGE);
        options_clear(&options);
        if (strstr(err.message, rows[i].message) == NULL)
            fail_msg("%s: %s", rows[i].option, err.message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bars),
        cmocka_unit_test(starts),
        cmocka_unit_test(wrong_options_are_misuse),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
