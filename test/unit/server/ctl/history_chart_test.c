// The hours of a device as sparklines.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/ctl/history_chart.h"
#include "server/ctl/text.h"

#define HOUR_MS INT64_C(3600000)
#define FIRST_MS (490000 * HOUR_MS)

static json_t *hour(int64_t place, int64_t count, json_t *rssi, int64_t reboots)
{
    return json_pack("{sI sI so si sI si}", "hour_ms", (json_int_t)(FIRST_MS + place * HOUR_MS),
        "count", (json_int_t)count, "rssi_avg", rssi, "free_heap_min", 20480, "reboots",
        (json_int_t)reboots, "new_errors", 0);
}

static char *print(json_t *hours, int64_t now_ms, size_t columns)
{
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);

    assert_non_null(out);
    assert_int_equal(history_chart_print(hours, now_ms, columns, out, NULL), 0);
    assert_int_equal(fclose(out), 0);
    json_decref(hours);
    return text;
}

// The third hour nobody heard it, and the fifth is not over yet.
static void test_lines(void **state)
{
    json_t *hours = json_pack("[o, o, o]", hour(0, 60, json_real(-60.5), 0),
        hour(1, 30, json_null(), 2), hour(3, 60, json_real(-80), 1));
    char *text = print(hours, FIRST_MS + 4 * HOUR_MS + 5, 0);

    (void)state;
    assert_string_equal(text, "4 hours from 2025-11-24T16:00:00Z\n"
                              "online   █▅▁█  62 %\n"
                              "rssi     █  ▁  -70 dBm (-80 to -60)\n"
                              "heap     ▁▁ ▁  20 KiB at least\n"
                              "reboots  ▁█▁▅  3\n"
                              "errors   ▁▁▁▁  0\n");
    free(text);
}

static void test_nothing_known(void **state)
{
    json_t *hours = json_pack("[{sI}]", "hour_ms", (json_int_t)FIRST_MS);
    char *text = print(hours, FIRST_MS - HOUR_MS, 0); // whatever the clocks say

    (void)state;
    assert_non_null(strstr(text, "1 hours from "));
    assert_non_null(strstr(text, "rssi        not known\n"));
    free(text);
}

// As wide as the terminal, and no wider.
static void test_width(void **state)
{
    (void)state;
    for (size_t columns = 44; columns < 220; columns += 25) {
        json_t *hours = json_array();
        size_t widest = 0;
        char *text;

        for (int64_t i = 0; i < 1000; i++)
            json_array_append_new(hours, hour(i, 60, json_real(-100), 0));
        text = print(hours, FIRST_MS + 1000 * HOUR_MS, columns);
        for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n"))
            widest = text_width(line) > widest ? text_width(line) : widest;
        assert_true(widest <= columns);
        assert_true(widest + 5 >= columns);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_nothing_known),
        cmocka_unit_test(test_width),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
