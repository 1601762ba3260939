// The text that Prometheus scrapes.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/metrics/metrics_text.h"

static const struct metrics_family gauge = {"x_bytes", METRICS_GAUGE, "So many bytes."};
static const struct metrics_family counter = {"x_seconds_total", METRICS_COUNTER, "Seconds."};

static void expect(struct metrics_text *text, const char *expected)
{
    assert_false(text->failed);
    if (text->n != strlen(expected) || memcmp(text->p, expected, text->n) != 0)
        fail_msg("got %.*s", (int)text->n, text->p);
    metrics_text_clear(text);
}

static void test_families(void **state)
{
    struct metrics_text text = {0};
    struct metrics_label labels[] = {{"a", "1"}, {"b", ""}, {0}};

    (void)state;
    metrics_text_begin(&text, &gauge);
    metrics_text_add(&text, labels, INT64_MIN);
    metrics_text_add(&text, NULL, INT64_MAX);
    metrics_text_begin(&text, &counter);
    metrics_text_add_seconds(&text, NULL, 1234567);
    metrics_text_end(&text);
    expect(&text, "# HELP x_bytes So many bytes.\n"
                  "# TYPE x_bytes gauge\n"
                  "x_bytes{a=\"1\",b=\"\"} -9223372036854775808\n"
                  "x_bytes 9223372036854775807\n"
                  "# HELP x_seconds_total Seconds.\n"
                  "# TYPE x_seconds_total counter\n"
                  "x_seconds_total 1234.567\n");
}

// There a family of counters is named without what its samples end in.
static void test_open_metrics(void **state)
{
    struct metrics_text text = {.is_open_metrics = true};

    (void)state;
    metrics_text_put(&text, &gauge, 0);
    metrics_text_put(&text, &counter, 3);
    metrics_text_end(&text);
    expect(&text, "# HELP x_bytes So many bytes.\n"
                  "# TYPE x_bytes gauge\n"
                  "x_bytes 0\n"
                  "# HELP x_seconds Seconds.\n"
                  "# TYPE x_seconds counter\n"
                  "x_seconds_total 3\n"
                  "# EOF\n");
}

static void test_seconds(void **state)
{
    static const struct {
        int64_t ms;
        const char *text;
    } rows[] = {{0, "x_bytes 0.000\n"}, {1, "x_bytes 0.001\n"}, {999, "x_bytes 0.999\n"},
        {1000, "x_bytes 1.000\n"}, {-1, "x_bytes -0.001\n"}, {-1500, "x_bytes -1.500\n"},
        {1795421321152, "x_bytes 1795421321.152\n"},
        {INT64_MIN, "x_bytes -9223372036854775.808\n"}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct metrics_text text = {.family = &gauge};

        metrics_text_add_seconds(&text, NULL, rows[i].ms);
        expect(&text, rows[i].text);
    }
}

// Whatever a device calls itself, it stays one value of one label.
static void test_values(void **state)
{
    static const struct {
        const char *value, *text;
    } rows[] = {
        {"a b", "a b"},
        {"\"", "\\\""},
        {"\\", "\\\\"},
        {"\n", "\\n"},
        {"\\n", "\\\\n"},
        {"a\"} 1\nother 2", "a\\\"} 1\\nother 2"},
        {"\xc3\xa9\xf0\x9f\x98\x80", "\xc3\xa9\xf0\x9f\x98\x80"},
        {"\xff", "\xef\xbf\xbd"},
        {"a\xc3", "a\xef\xbf\xbd"},
        {"\xc3\"", "\xef\xbf\xbd\\\""},
        {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
        {"\xc0\x8a", "\xef\xbf\xbd\xef\xbf\xbd"},
        {"\t\r\x01\x7f", "\t\r\x01\x7f"},
    };
    char expected[256];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct metrics_text text = {.family = &gauge};
        struct metrics_label labels[] = {{"v", rows[i].value}, {0}};

        metrics_text_add(&text, labels, 1);
        snprintf(expected, sizeof expected, "x_bytes{v=\"%s\"} 1\n", rows[i].text);
        expect(&text, expected);
    }
}

static void test_a_long_one_grows(void **state)
{
    struct metrics_text text = {.family = &gauge};
    size_t n = strlen("x_bytes 7\n");

    (void)state;
    for (size_t i = 0; i < 10000; i++)
        metrics_text_add(&text, NULL, 7);
    assert_int_equal(text.n, 10000 * n);
    assert_memory_equal(text.p + 9999 * n, "x_bytes 7\n", n);
    metrics_text_clear(&text);
    assert_null(text.p);
}

static void test_what_is_wanted(void **state)
{
    static const struct {
        const char *accept;
        bool open;
    } rows[] = {
        {NULL, false},
        {"", false},
        {"*/*", false},
        {"text/plain;version=0.0.4", false},
        {"application/openmetrics-text;version=1.0.0,text/plain;q=0.5", true},
        {"application/openmetrics-text; version=1.0.0; charset=utf-8", true},
        {"application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=1.0.0", false},
        {"application/openmetrics-text;version=0.0.1,application/openmetrics-text;version=1.0.0",
            true},
        {"application/openmetrics-text", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(metrics_text_is_wanted_open(rows[i].accept), rows[i].open);
    assert_string_equal(metrics_text_type(false), "text/plain; version=0.0.4; charset=utf-8");
    assert_non_null(strstr(metrics_text_type(true), "application/openmetrics-text"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_families),
        cmocka_unit_test(test_open_metrics),
        cmocka_unit_test(test_seconds),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_a_long_one_grows),
        cmocka_unit_test(test_what_is_wanted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
