// The daemon's counters as metrics.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/metrics/metrics_counters.h"

static char *write_all(const struct metrics_counters *counters)
{
    struct metrics_text text = {0};
    char *out;

    metrics_counters_write(counters, &text);
    assert_false(text.failed);
    out = strndup(text.p != NULL ? text.p : "", text.n);
    metrics_text_clear(&text);
    return out;
}

static void expect(const char *text, const char *line)
{
    if (strstr(text, line) == NULL)
        fail_msg("no %s in %s", line, text);
}

// In whatever order they come, what is of one family stands together.
static void test_families(void **state)
{
    struct metrics_counters counters = {.unknown_count = 0};
    char *text;

    (void)state;
    metrics_counters_add("wills", 3, &counters);
    metrics_counters_add("store_queued", 5, &counters);
    metrics_counters_add("statuses", UINT64_MAX / 2, &counters);
    text = write_all(&counters);
    expect(text, "# TYPE secureesp_messages_total counter\n"
                 "secureesp_messages_total{kind=\"status\"} 9223372036854775807\n"
                 "secureesp_messages_total{kind=\"will\"} 3\n");
    expect(text, "# TYPE secureesp_database_queued_jobs gauge\nsecureesp_database_queued_jobs 5\n");
    assert_null(strstr(text, "secureesp_downloads"));
    assert_null(strstr(text, "secureesp_other"));
    free(text);
}

static void test_what_is_unknown(void **state)
{
    static char names[METRICS_COUNTERS_UNKNOWN_MAX + 1][16];
    struct metrics_counters counters = {.unknown_count = 0};
    char *text;

    (void)state;
    for (size_t i = 0; i <= METRICS_COUNTERS_UNKNOWN_MAX; i++) {
        snprintf(names[i], sizeof names[i], "new_%zu", i);
        metrics_counters_add(names[i], i, &counters);
    }
    text = write_all(&counters);
    expect(text, "# TYPE secureesp_other_total counter\nsecureesp_other_total{name=\"new_0\"} 0\n");
    expect(text, "secureesp_other_total{name=\"new_15\"} 15\n");
    assert_null(strstr(text, "new_16"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_families),
        cmocka_unit_test(test_what_is_unknown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
