// A device's health: a row on either side of each bound.
#include "server/rollout/rollout_health.h"

#include "test/unit/server/rollout/health_changes.h"
#include "test/unit/server/rollout/health_rows.h"

#define OK ROLLOUT_HEALTH_OK
#define EARLY ROLLOUT_HEALTH_TOO_EARLY
#define BAD ROLLOUT_HEALTH_UNHEALTHY

struct row {
    const char *name;
    size_t hours; // since
    void (*change)(struct health_rows *rows);
    enum rollout_health_state state;
    enum rollout_health_measure measure;
    const char *reason; // NULL: not compared
};

static void heap_of(struct health_rows *rows, size_t hours, uint32_t bytes)
{
    for (size_t i = 1; i <= hours; i++)
        rows->since[i].free_heap_min_bytes = bytes;
}

// The median is 20,485, a spread 370; so it is usually above 18,270, and the bound 13,148.
static void below_bound(struct health_rows *rows)
{
    heap_of(rows, 3, 13100);
}

static void above_bound(struct health_rows *rows)
{
    heap_of(rows, 3, 13200);
}

static void below_for_two_hours(struct health_rows *rows)
{
    heap_of(rows, 2, 3000);
}

static void below_as_all(struct health_rows *rows)
{
    static struct rollout_health_control control;

    // All that wait have lost 2,000 bytes.
    memset(&control, 0, sizeof control);
    control.heap[ROLLOUT_HEALTH_CONTROL_STEPS / 2 - 8] = 3;
    rows->control = &control;
    heap_of(rows, 3, 12000);
}

static void little_known(struct health_rows *rows)
{
    rows->before_count = 23;
    heap_of(rows, 3, 4095);
}

static void little_known_but_enough(struct health_rows *rows)
{
    rows->before_count = 23;
    heap_of(rows, 3, 4096);
}

static void little_known_and_as_before(struct health_rows *rows)
{
    little_known(rows);
    rows->before[5].free_heap_min_bytes = 4095;
}

static void leak_of(struct health_rows *rows, uint32_t first, uint32_t step)
{
    for (size_t i = 0; i < rows->since_count; i++)
        rows->since[i].free_heap_min_bytes = first - step * (uint32_t)i;
}

static void leaks(struct health_rows *rows)
{
    leak_of(rows, 20000, 250);
}

// All but level from the tenth hour on.
static void falls_and_stays(struct health_rows *rows)
{
    leak_of(rows, 20000, 670);
    for (uint32_t i = 10; i < rows->since_count; i++)
        rows->since[i].free_heap_min_bytes = 13310 - i;
}

static void lasts_for_a_week(struct health_rows *rows)
{
    for (size_t i = 0; i < BEFORE; i++)
        rows->before[i].free_heap_min_bytes = 30000;
    leak_of(rows, 28000, 100);
}

static void lasts_for_less(struct health_rows *rows)
{
    lasts_for_a_week(rows);
    leak_of(rows, 28000, 160);
}

static void falls_slowly(struct health_rows *rows)
{
    leak_of(rows, 20000, 50);
}

// --- signal

static void weak(struct health_rows *rows)
{
    for (size_t i = 1; i < rows->since_count; i++)
        rows->since[i].rssi_dbm = -70;
}

static void weak_and_half_lost(struct health_rows *rows)
{
    weak(rows);
    for (size_t i = 0; i < rows->since_count; i++)
        rows->since[i].statuses = 29;
}

static void less_weak_and_half_lost(struct health_rows *rows)
{
    weak_and_half_lost(rows);
    for (size_t i = 0; i < rows->since_count; i++)
        rows->since[i].rssi_dbm = -69;
}

static void weak_and_loses_connection(struct health_rows *rows)
{
    weak(rows);
    rows->since[1].counts[ROLLOUT_HEALTH_WILLS] = 1;
    rows->since[5].counts[ROLLOUT_HEALTH_WILLS] = 1;
}

static void weak_as_all(struct health_rows *rows)
{
    static struct rollout_health_control control;

    memset(&control, 0, sizeof control);
    control.rssi[ROLLOUT_HEALTH_CONTROL_STEPS / 2 - 9] = 3;
    weak_and_half_lost(rows);
    rows->control = &control;
}

// --- silence

static void silent_from(struct health_rows *rows, size_t hour)
{
    for (size_t i = hour; i < rows->since_count; i++)
        rows->since[i].statuses = rows->since[i].has = 0;
}

static void silent(struct health_rows *rows)
{
    silent_from(rows, 4);
}

static void silent_at_the_end(struct health_rows *rows)
{
    silent_from(rows, rows->since_count - 3);
}

static void silent_two_at_the_end(struct health_rows *rows)
{
    silent_from(rows, rows->since_count - 2);
}

static void silent_among_many(struct health_rows *rows)
{
    silent(rows);
    rows->devices = 2;
}

static void silent_as_before(struct health_rows *rows)
{
    silent(rows);
    for (size_t i = 20; i < 24; i++)
        rows->before[i].statuses = rows->before[i].has = 0;
}

static void silent_with_all(struct health_rows *rows)
{
    static struct rollout_health_control control = {.first_ms = UPDATE_MS, .devices = 4};

    for (size_t i = 4; i < 24; i++)
        control.hit[i][ROLLOUT_HEALTH_COUNTED] = 2;
    silent(rows);
    rows->control = &control;
}

static const struct row rows[] = {
    {"too early", 3, as_it_is, EARLY, 0, ""},
    {"well", 4, as_it_is, OK, 0, ""},
    {"an hour not over", 4, open_hour, EARLY, 0, ""},
    {"no hour", 0, as_it_is, EARLY, 0, ""},
    {"never heard", 7, never_heard, EARLY, 0, ""},
    {"six restarts", 3, six_restarts, BAD, ROLLOUT_HEALTH_RESTARTS,
        "6 restarts within 2 hours, its own days before 0 at most"},
    {"five restarts", 4, five_restarts, OK, 0, ""},
    {"six apart", 4, six_restarts_apart, OK, 0, ""},
    {"six at once", 1, six_restarts_now, BAD, ROLLOUT_HEALTH_RESTARTS, NULL},
    {"six, three before", 4, six_restarts_twice_before, OK, 0, ""},
    {"six, two before", 4, six_restarts_more_than_before, BAD, ROLLOUT_HEALTH_RESTARTS, NULL},
    {"restarts for 12 hours", 12, a_restart_each_four_hours, BAD, ROLLOUT_HEALTH_RESTARTS,
        "restarts in 3 of 3 stretches of 4 hours, in the days before 0 of 42"},
    {"restarts for 11 hours", 11, a_restart_each_four_hours, OK, 0, ""},
    {"restarts as before", 48, and_before, OK, 0, ""},
    {"restarts of one among 5,000", 28, among_many, OK, 0, ""},
    {"and for 32 hours", 32, among_many, BAD, ROLLOUT_HEALTH_RESTARTS, NULL},
    {"restarts, little known", 24, with_few_days, OK, 0, ""},
    {"for weeks, little known", 320, with_few_days, OK, 0, ""},
    {"two restarts", 8, two_restarts, OK, 0, ""},
    {"60 lost connections", 4, sixty_wills, BAD, ROLLOUT_HEALTH_WILLS, NULL},
    {"59 lost connections", 4, fifty_nine_wills, OK, 0, ""},
    {"connections for 12 hours", 12, wills, BAD, ROLLOUT_HEALTH_WILLS, NULL},
    {"of one among 50, 28 hours", 28, wills_among_fifty, OK, 0, ""},
    {"of one among 50, 32 hours", 32, wills_among_fifty, BAD, ROLLOUT_HEALTH_WILLS, NULL},
    {"errors for 12 hours", 12, errors, BAD, ROLLOUT_HEALTH_ERRORS, NULL},
    {"heap below", 6, below_bound, BAD, ROLLOUT_HEALTH_HEAP,
        "free heap 20,485 -> 13,100 bytes, its own days before never below 20,000"},
    {"heap above", 6, above_bound, OK, 0, ""},
    {"heap below for two hours", 6, below_for_two_hours, OK, 0, ""},
    {"heap below as that of all", 6, below_as_all, OK, 0, ""},
    {"heap, little known", 6, little_known, BAD, ROLLOUT_HEALTH_HEAP, NULL},
    {"heap, little known, enough", 6, little_known_but_enough, OK, 0, ""},
    {"heap, little known, as before", 6, little_known_and_as_before, OK, 0, ""},
    {"heap leaks", 24, leaks, BAD, ROLLOUT_HEALTH_HEAP,
        "free heap falls by 250 bytes an hour, now 14,875: none is left in 60 hours; before "
        "20,485"},
    {"heap leaks, too early", 14, leaks, OK, 0, ""},
    {"heap falls and stays", 24, falls_and_stays, OK, 0, ""},
    {"heap lasts for a week", 28, lasts_for_a_week, OK, 0, ""},
    {"heap lasts for less", 28, lasts_for_less, BAD, ROLLOUT_HEALTH_HEAP, NULL},
    {"heap falls slowly", 30, falls_slowly, OK, 0, ""},
    {"signal weak alone", 12, weak, OK, 0, ""},
    {"signal weak, statuses lost", 12, weak_and_half_lost, BAD, ROLLOUT_HEALTH_RSSI,
        "signal -60 -> -70 dBm, and it loses its connection or its statuses"},
    {"signal less weak", 12, less_weak_and_half_lost, OK, 0, ""},
    {"signal weak for five hours", 5, weak_and_half_lost, OK, 0, ""},
    {"signal weak, connection lost", 12, weak_and_loses_connection, BAD, ROLLOUT_HEALTH_RSSI, NULL},
    {"signal weak as that of all", 12, weak_as_all, OK, 0, ""},
    {"silent for 8 hours", 12, silent, BAD, ROLLOUT_HEALTH_SILENCE,
        "silent for 8 hours, its own days before 0 at most"},
    {"silent for 7 hours", 11, silent, EARLY, 0, ""},
    {"silent for 3 hours", 12, silent_at_the_end, EARLY, 0, ""},
    {"silent for 2 hours", 12, silent_two_at_the_end, OK, 0, ""},
    {"one of two silent for 9 hours", 13, silent_among_many, EARLY, 0, ""},
    {"one of two silent for 10 hours", 14, silent_among_many, BAD, ROLLOUT_HEALTH_SILENCE, NULL},
    {"silent for twice as long", 12, silent_as_before, EARLY, 0, ""},
    {"silent for longer", 13, silent_as_before, BAD, ROLLOUT_HEALTH_SILENCE, NULL},
    {"silent with those that wait", 24, silent_with_all, OK, 0, ""},
};

static void each_bound_holds(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct health_rows device;
        struct rollout_health_verdict verdict;

        health_rows_init(&device, rows[i].hours);
        rows[i].change(&device);
        verdict = health_rows_judge(&device);
        if (verdict.state != rows[i].state || verdict.measure != rows[i].measure ||
            (rows[i].reason != NULL && strcmp(verdict.reason, rows[i].reason) != 0))
            fail_msg("%s: %d %d %s", rows[i].name, (int)verdict.state, (int)verdict.measure,
                verdict.reason);
    }
}

static void each_measure_has_a_name(void **state)
{
    (void)state;
    for (int i = 0; i < ROLLOUT_HEALTH_MEASURES; i++)
        assert_true(rollout_health_measure_name((enum rollout_health_measure)i)[0] != '\0');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_bound_holds),
        cmocka_unit_test(each_measure_has_a_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
