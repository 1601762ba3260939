// Asking before a change: what means yes.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "server/ctl/confirm.h"

static void test_yes(void **state)
{
    (void)state;
    assert_true(confirm_is_yes("y\n"));
    assert_true(confirm_is_yes("Y"));
    assert_true(confirm_is_yes("yes\r\n"));
    assert_true(confirm_is_yes("YES \n"));
    assert_false(confirm_is_yes(""));
    assert_false(confirm_is_yes("\n"));
    assert_false(confirm_is_yes("n\n"));
    assert_false(confirm_is_yes("ye\n"));
    assert_false(confirm_is_yes("yesyesyes\n"));
    assert_false(confirm_is_yes(" y\n"));
}

static void expect_group(int64_t devices, int64_t leave, const char *text)
{
    struct confirm_group group = {devices, leave, true, false};
    char line[CONFIRM_LINE_SIZE];

    confirm_format_group(&group, line);
    assert_string_equal(line, text);
}

static void test_group(void **state)
{
    (void)state;
    expect_group(0, 0, "no device meets the filter");
    expect_group(0, 1, "no device meets the filter; 1 device leaves the group");
    expect_group(1, 0, "1 device meets the filter");
    expect_group(2, 3, "2 devices meet the filter; 3 devices leave the group");
}

// Without a terminal, what changes something for devices needs --yes.
static void test_group_is_asked_about(void **state)
{
    static const struct option_rule yes = {"yes", OPTION_FLAG, NULL, ""};
    struct option_given given[] = {{&yes, NULL}};
    struct options options = {.given = given};
    struct subcommand_call call = {.options = &options};
    struct confirm_group group = {.devices = 1, .is_there = true};
    struct err err = {0};

    (void)state;
    assert_non_null(freopen("/dev/null", "r", stdin));
    assert_int_equal(confirm_group(&call, &group, "do it", &err), SUBCOMMAND_USAGE);
    assert_string_equal(
        err.message, "1 device meets the filter; without a terminal to ask at, --yes does it");
    group.devices = 0;
    group.is_needed = true;
    assert_int_equal(confirm_group(&call, &group, "do it", &err), SUBCOMMAND_USAGE);
    group.is_needed = false;
    assert_int_equal(confirm_group(&call, &group, "do it", &err), SUBCOMMAND_OK);
    group.leave = 1;
    assert_int_equal(confirm_group(&call, &group, "do it", &err), SUBCOMMAND_USAGE);
    options.given_count = 1;
    assert_int_equal(confirm_group(&call, &group, "do it", &err), SUBCOMMAND_OK);
    options.given_count = 0;
    group.is_there = false;
    assert_int_equal(confirm_group(&call, &group, "do it", &err), SUBCOMMAND_OK);
}

// Nor are all devices given an order without it.
static void test_all_are_asked_about(void **state)
{
    static const struct option_rule yes = {"yes", OPTION_FLAG, NULL, ""};
    struct option_given given[] = {{&yes, NULL}};
    struct options options = {.given = given};
    struct subcommand_call call = {.options = &options};
    struct err err = {0};

    (void)state;
    assert_non_null(freopen("/dev/null", "r", stdin));
    assert_int_equal(confirm_all(&call, 2, "reboot", &err), SUBCOMMAND_USAGE);
    assert_string_equal(err.message,
        "there are 2 devices; without a terminal to ask at, --yes gives them the order");
    assert_int_equal(confirm_all(&call, 1, "reboot", &err), SUBCOMMAND_USAGE);
    assert_string_equal(
        err.message, "there is 1 device; without a terminal to ask at, --yes gives it the order");
    assert_int_equal(confirm_all(&call, 0, "reboot", &err), ERR_NOT_FOUND);
    options.given_count = 1;
    assert_int_equal(confirm_all(&call, 2, "reboot", &err), SUBCOMMAND_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_yes),
        cmocka_unit_test(test_group),
        cmocka_unit_test(test_group_is_asked_about),
        cmocka_unit_test(test_all_are_asked_about),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
