// The words behind a command.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/ctl/options.h"

static const struct option_rule own[] = {
    {"force", OPTION_FLAG, NULL, ""},
    {"name", OPTION_VALUE, "NAME", ""},
    {"dns", OPTION_LIST, "HOST", ""},
    {"wait", OPTION_MAYBE, "SECONDS", ""},
    {0},
};

static const struct option_rule common[] = {
    {"json", OPTION_FLAG, NULL, ""},
    {"help", OPTION_FLAG, NULL, ""},
    {0},
};

static const struct option_rule *const tables[] = {own, common, NULL};

// Splits a text at its spaces and parses the words, which stay in memory until the next call.
static int parse(const char *text, struct options *out, struct err *err)
{
    static char copy[256];
    static char *words[32];
    int count = 0;

    snprintf(copy, sizeof copy, "%s", text);
    for (char *word = strtok(copy, " "); word != NULL; word = strtok(NULL, " "))
        words[count++] = word;
    return options_parse(tables, count, words, out, err);
}

static void test_mixed(void **state)
{
    struct options options;
    size_t cursor = 0;

    (void)state;
    assert_int_equal(
        parse("a --name x --dns=h1 b --json --dns h2 --wait -- --force - --", &options, NULL), 0);
    assert_int_equal(options.argument_count, 5);
    assert_string_equal(options.arguments[0], "a");
    assert_string_equal(options.arguments[1], "b");
    assert_string_equal(options.arguments[2], "--force");
    assert_string_equal(options.arguments[3], "-");
    assert_string_equal(options.arguments[4], "--");
    assert_string_equal(options_value(&options, "name"), "x");
    assert_true(options_has(&options, "json"));
    assert_true(options_has(&options, "wait"));
    assert_null(options_value(&options, "wait"));
    assert_false(options_has(&options, "force"));
    assert_null(options_value(&options, "force"));
    assert_string_equal(options_next(&options, "dns", &cursor), "h1");
    assert_string_equal(options_next(&options, "dns", &cursor), "h2");
    assert_null(options_next(&options, "dns", &cursor));
    options_clear(&options);
}

static void test_nothing(void **state)
{
    struct options options;

    (void)state;
    assert_int_equal(parse("", &options, NULL), 0);
    assert_int_equal(options.argument_count, 0);
    assert_false(options_has(&options, "json"));
    options_clear(&options);
}

static void test_help_and_values(void **state)
{
    struct options options;

    (void)state;
    assert_int_equal(parse("-h --name= --wait=7", &options, NULL), 0);
    assert_true(options_has(&options, "help"));
    assert_string_equal(options_value(&options, "name"), "");
    assert_string_equal(options_value(&options, "wait"), "7");
    options_clear(&options);
}

static void test_refusals(void **state)
{
    static const struct {
        const char *line;
        const char *why;
    } rows[] = {
        {"--nothing", "unknown option --nothing"},
        {"--na x", "unknown option --na"}, // no abbreviations: they break when options are added
        {"-f", "unknown option -f"},
        {"-json", "unknown option -json"},
        {"--force=1", "takes no value"},
        {"--name", "needs a value: NAME"},
        {"--dns", "needs a value: HOST"},
        {"--name a --name b", "twice"},
        {"--force --force", "twice"},
        {"--=x", "unknown option"},
    };
    struct options options;
    struct err err;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(parse(rows[i].line, &options, &err), ERR_INVALID);
        assert_non_null(strstr(err.message, rows[i].why));
    }
}

static int number(const char *line, int64_t *out)
{
    static const int64_t range[2] = {0, 300};
    struct options options;

    assert_int_equal(parse(line, &options, NULL), 0);

    int rc = options_number(&options, "wait", range, out, NULL);

    options_clear(&options);
    return rc;
}

static void test_numbers(void **state)
{
    static const char *const bad[] = {"--wait=301", "--wait=", "--wait=x", "--wait=1x", "--wait=-1",
        "--wait=99999999999999999999", "--wait=1.5"};
    int64_t value = 42;

    (void)state;
    assert_int_equal(number("", &value), 0);
    assert_int_equal(number("--wait", &value), 0);
    assert_int_equal(value, 42);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(number(bad[i], &value), ERR_INVALID);
    assert_int_equal(value, 42);
    assert_int_equal(number("--wait=0", &value), 0);
    assert_int_equal(value, 0);
    assert_int_equal(number("--wait=1", &value), 0);
    assert_int_equal(value, 1);
    assert_int_equal(number("--wait=300", &value), 0);
    assert_int_equal(value, 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mixed),
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_help_and_values),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_numbers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
