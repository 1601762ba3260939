// Tests of what certificates' connections send that is counted nowhere else.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "server/broker/control_meter.h"

static struct limits limits;

static int set_up(void **state)
{
    (void)state;
    limits_init(&limits);
    limits.control_bytes_per_second = 10;
    limits.control_bytes_burst = 20;
    limits.payload_bytes = 70;
    limits.topic_bytes = 10; // 100 at once
    limits.shut_out_seconds = 60;
    return 0;
}

// What came last may still be counted: it is judged when more comes.
static void test_take(void **state)
{
    static const struct {
        int64_t now_ms;
        size_t n;
        size_t counted; // of what came then, or before
        bool taken;
    } rows[] = {
        {1000, 100, 0, true},
        {1000, 1, 0, true}, // 100 are spent
        {1000, 50, 0, false},
        {60999, 1, 0, false},
        {61000, 1000, 1000, true}, // a flood of what is counted is none
        {61000, 1000, 1000, true},
        {61000, 90, 0, true},
        {61000, 90, 160, true}, // the first part of it came before: 20 are spent
        {61000, 80, 0, true},
        {61000, 1, 0, true}, // 100 are
        {61000, 1, 0, false},
        {120999, 1, 0, false},
        {200000, 100, 500, true}, // more than came is no store for later
        {200000, 100, 0, true},
        {200000, 1, 0, true},
        {200000, 1, 0, false},
        {300000, 30, 0, true},
        {303000, 0, 0, true}, // 30 are spent
        {303000, 70, 0, true},
        {303000, 1, 0, true}, // 100
        {306000, 0, 0, true}, // 71
        {306000, 29, 0, true},
        {306000, 1, 0, true},
        {306000, 1, 0, false},
    };
    struct control_meter meter = {.fingerprint = "00"};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (control_meter_take(&meter, &limits, rows[i].now_ms, rows[i].n) != rows[i].taken)
            fail_msg("row %zu", i);
        assert_int_equal(control_meter_is_shut_out(&meter, rows[i].now_ms), !rows[i].taken);
        control_meter_count(&meter, rows[i].counted);
    }
}

// So much in the long run, and no more.
static void test_rate(void **state)
{
    struct control_meter meter = {.fingerprint = "00"};

    (void)state;
    for (int64_t now_ms = 0; now_ms < 1000000; now_ms += 1000)
        assert_true(control_meter_take(&meter, &limits, now_ms, 10));
    int taken = 0;

    while (control_meter_take(&meter, &limits, 1000000 + taken * 1000, 11))
        taken++;
    assert_in_range(taken, 80, 101);
}

static void test_table(void **state)
{
    struct control_meter_table *table;
    struct control_meter *one;
    struct control_meter *other;
    struct control_meter *again;

    (void)state;
    assert_int_equal(control_meter_table_new(&table), 0);
    assert_null(control_meter_table_find(table, "00000001aa"));
    assert_int_equal(control_meter_table_get(table, "00000001aa", &one), 0);
    assert_int_equal(control_meter_table_get(table, "00000001ab", &other), 0); // in the same place
    assert_int_equal(control_meter_table_get(table, "00000001aa", &again), 0);
    assert_ptr_equal(again, one);
    assert_ptr_not_equal(other, one);
    assert_ptr_equal(control_meter_table_find(table, "00000001ab"), other);
    assert_null(control_meter_table_find(table, "00000001ac"));
    control_meter_table_free(table);
    control_meter_table_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_take, set_up),
        cmocka_unit_test_setup(test_rate, set_up),
        cmocka_unit_test_setup(test_table, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
