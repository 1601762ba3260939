// What a rollout waits for, and until when.
#include "server/rollout/rollout_wait.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "server/model/rollout_text.h"

#define MINUTE_MS 60000LL
#define HOUR_MS (60 * MINUTE_MS)
#define MIDNIGHT_MS (1782864000LL * 1000) // 2026-07-01T00:00Z

static const struct {
    const char *window;
    int64_t start_ms, now_ms; // from midnight
    enum rollout_wait wait;
    int64_t until_ms; // 0: none
} rows[] = {
    {"", -HOUR_MS, 0, ROLLOUT_WAIT_NONE, 0},
    {"", 0, 0, ROLLOUT_WAIT_NONE, 0},
    {"", 1, 0, ROLLOUT_WAIT_START, 1},
    {"22:00-05:00 UTC", HOUR_MS, 0, ROLLOUT_WAIT_START, HOUR_MS},
    {"22:00-05:00 UTC", 0, 5 * HOUR_MS - 1, ROLLOUT_WAIT_NONE, 0},
    {"22:00-05:00 UTC", 0, 5 * HOUR_MS, ROLLOUT_WAIT_WINDOW, 22 * HOUR_MS},
    {"22:00-05:00 UTC", 0, 22 * HOUR_MS - 1, ROLLOUT_WAIT_WINDOW, 22 * HOUR_MS},
    {"10:00-11:00 UTC", 0, 12 * HOUR_MS + 1, ROLLOUT_WAIT_WINDOW, 34 * HOUR_MS},
    {"22:00-05:00 Europe/Berlin", 0, 12 * HOUR_MS, ROLLOUT_WAIT_WINDOW, 20 * HOUR_MS},
    {"22:00-05:00 Europe/Atlantis", 0, 12 * HOUR_MS, ROLLOUT_WAIT_ZONE, 0},
    {"22:00-05:00 Europe/Atlantis", 13 * HOUR_MS, 12 * HOUR_MS, ROLLOUT_WAIT_START, 13 * HOUR_MS},
    // Its clocks skip this one in March; the next one comes a day later.
    {"02:10-02:50 Europe/Berlin", 0, -94 * 24 * HOUR_MS, ROLLOUT_WAIT_WINDOW,
        -93 * 24 * HOUR_MS + 10 * MINUTE_MS},
};

static void test_waits(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct rollout_terms terms = {.start_ms = MIDNIGHT_MS + rows[i].start_ms};
        int64_t now_ms = MIDNIGHT_MS + rows[i].now_ms;
        int64_t until_ms = -1;

        if (rows[i].now_ms < 0)
            terms.start_ms = 0;
        assert_true(rollout_text_read_window(rows[i].window, &terms));
        if (rollout_wait_find(&terms, now_ms, &until_ms) != rows[i].wait ||
            until_ms != (rows[i].until_ms != 0 ? MIDNIGHT_MS + rows[i].until_ms : 0))
            fail_msg("row %zu: %lld", i, (long long)(until_ms - MIDNIGHT_MS));
        assert_int_equal(rollout_wait_find(&terms, now_ms, NULL), rows[i].wait);
    }
}

static void test_names(void **state)
{
    (void)state;
    assert_null(rollout_wait_name(ROLLOUT_WAIT_NONE));
    assert_string_equal(rollout_wait_name(ROLLOUT_WAIT_START), "start");
    assert_string_equal(rollout_wait_name(ROLLOUT_WAIT_WINDOW), "window");
    assert_string_equal(rollout_wait_name(ROLLOUT_WAIT_ZONE), "zone");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_waits),
        cmocka_unit_test(test_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
