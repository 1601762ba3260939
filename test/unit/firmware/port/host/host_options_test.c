// Tests of the command line of virtual-esp.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <getopt.h>
#include <stdio.h>

#include "firmware/core/device.h"
#include "firmware/port/host/host_options.h"
#include "firmware/port/host/host_port.h"

#define ARGUMENTS_MAX 12

// Parses one line, split at blanks. What is said of it goes nowhere.
static int parse(const char *line, struct host_options *out)
{
    static char words[256]; // the options point into it
    char *arguments[ARGUMENTS_MAX + 1] = {NULL};
    char *rest = words;
    int n = 0;

    snprintf(words, sizeof words, "virtual-esp %s", line);
    for (char *word; (word = strtok_r(rest, " ", &rest)) != NULL;) {
        assert_true(n < ARGUMENTS_MAX);
        arguments[n++] = word;
    }
    optind = 0; // begin anew
    return host_options_parse(n, arguments, out);
}

static void test_defaults(void **state)
{
    struct host_options options;

    (void)state;
    assert_int_equal(parse("--dir d --mac 84:F3:EB:01:23:45", &options), 0);
    assert_string_equal(options.folder, "d");
    assert_string_equal(options.mac, "84f3eb012345");
    assert_int_equal(options.count, 0);
    assert_int_equal(options.slot_size, HOST_PORT_SLOT_SIZE);
    assert_int_equal(options.trial_timeout_ms, DEVICE_TRIAL_TIMEOUT_MS);
    assert_int_equal(options.stagger_ms, 5);
    assert_null(options.air);
    assert_int_equal(options.log_level, PORT_LOG_INFO);
}

static void test_all(void **state)
{
    struct host_options options;

    (void)state;
    assert_int_equal(
        parse("-d d -n 100000 --slot-size 4096 --trial-timeout=1 --stagger 0 -l debug", &options),
        0);
    assert_string_equal(options.mac, "");
    assert_int_equal(options.count, HOST_OPTIONS_COUNT_MAX);
    assert_int_equal(options.slot_size, 4096);
    assert_int_equal(options.trial_timeout_ms, 1);
    assert_int_equal(options.stagger_ms, 0);
    assert_int_equal(options.log_level, PORT_LOG_DEBUG);
    assert_int_equal(parse("-d d -m 84f3eb012345 -l error --slot-size 16777216", &options), 0);
    assert_int_equal(options.log_level, PORT_LOG_ERROR);
    assert_int_equal(options.slot_size, 16777216);
    assert_int_equal(parse("-d d -n 1 --air some/file", &options), 0);
    assert_string_equal(options.air, "some/file");
    assert_int_equal(parse("-d d -n 1 --faults f --journal j --rest r", &options), 0);
    assert_string_equal(options.faults, "f");
    assert_string_equal(options.journal, "j");
    assert_string_equal(options.rest, "r");
}

static void test_wrong(void **state)
{
    static const char *const lines[] = {
        "",
        "-d d",
        "-m 84f3eb012345",
        "-d",
        "-d d -m 84f3eb01234",
        "-d d -m 84f3eb0123456",
        "-d d -m x",
        "-d d -n 0",
        "-d d -n 100001",
        "-d d -n -1",
        "-d d -n +1",
        "-d d -n 1x",
        "-d d -n 99999999999999999999999",
        "-d d -n 1 --slot-size 4095",
        "-d d -n 1 --slot-size 16777217",
        "-d d -n 1 --trial-timeout 0",
        "-d d -n 1 --trial-timeout 86400001",
        "-d d -n 1 --stagger 60001",
        "-d d -n 1 -l loud",
        "-d d -n 1 --unknown",
        "-d d -n 1 extra",
    };
    struct host_options options = {.count = 77};

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        assert_int_equal(parse(lines[i], &options), -1);
        assert_int_equal(options.count, 77); // untouched
    }
}

static void test_answered(void **state)
{
    static const char *const lines[] = {"--help", "-h", "--version", "-V", "-d d --help"};
    struct host_options options;

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        assert_int_equal(parse(lines[i], &options), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_all),
        cmocka_unit_test(test_wrong),
        cmocka_unit_test(test_answered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
