// What each device costs: bounds by kind, apart from each other's, and what is told of what is
// over.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>
#include <cmocka.h>
#include <string.h>

#include "server/ingest/meter.h"

#define MANY 100000
#define NOW 5000 // ms
#define DAY_MS 86400000

static size_t admit_all(struct meter *meter, int64_t key, size_t n, int64_t now_ms)
{
    size_t count = 0;

    while (count < MANY && meter_admit(meter, key, n, now_ms) == METER_ADMITTED)
        count++;
    return count;
}

static size_t keep_all(struct meter *meter, int64_t key, enum meter_kind kind, int64_t now_ms)
{
    size_t count = 0;

    while (count < MANY && meter_keep(meter, key, kind, now_ms))
        count++;
    return count;
}

static void test_messages(void **state)
{
    struct meter *meter = meter_new();

    (void)state;
    assert_int_equal(admit_all(meter, 1, 100, NOW), 10000);
    assert_int_equal(meter_admit(meter, 1, 100, NOW + 1), METER_TOO_MUCH);
    assert_int_equal(admit_all(meter, 1, 100, NOW + 1001), 500);
    assert_int_equal(admit_all(meter, 2, 511, NOW), 10000);
    assert_int_equal(admit_all(meter, 3, 512, NOW), 5000); // large ones count as several
    assert_int_equal(admit_all(meter, 4, 4096, NOW), 1111);
    assert_int_equal(meter_admit(meter, 5, (size_t)100 * 1024 * 1024, NOW), METER_TOO_MUCH);
    assert_int_equal(meter_admit(meter, 5, 10, NOW), METER_ADMITTED);
    meter_free(meter);
    meter_free(NULL);
}

static void test_kinds(void **state)
{
    static const struct {
        enum meter_kind kind;
        size_t burst, per_day;
    } rows[] = {
        {METER_STATUSES, 600, 600}, // of 43,200: no more than the burst at once
        {METER_FAULTS, 1000, 1000},
        {METER_EVENTS, 2000, 500},
        {METER_STARTS, 500, 500},
        {METER_NOTICES, 1000, 500},
    };
    struct meter *meter = meter_new();

    (void)state;
    for (int64_t key = 1; key <= 2; key++) { // one's flood is not the other's
        assert_int_equal(meter_know(meter, key), 0);
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            assert_int_equal(keep_all(meter, key, rows[i].kind, NOW), rows[i].burst);
            assert_int_equal(keep_all(meter, key, rows[i].kind, NOW + DAY_MS), rows[i].per_day);
        }
    }
    assert_true(meter_keep(meter, 3, METER_EVENTS, NOW)); // never admitted
    meter_free(meter);
}

static void test_statuses_per_minute(void **state)
{
    static const struct {
        int64_t per_minute;
        size_t burst, in_two_minutes;
    } rows[] = {{1, 600, 2}, {30, 600, 60}, {60, 600, 120}, {6000, 60000, 12000}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct meter *meter = meter_new();

        assert_int_equal(meter_know(meter, 1), 0);
        meter_set_statuses_per_minute(meter, rows[i].per_minute);
        assert_int_equal(keep_all(meter, 1, METER_STATUSES, NOW), rows[i].burst);
        assert_int_equal(keep_all(meter, 1, METER_STATUSES, NOW + 120000), rows[i].in_two_minutes);
        meter_free(meter);
    }
}

// Devices that are known are not new; of the others so many.
static void test_new_devices(void **state)
{
    struct meter *meter = meter_new();
    struct meter_counters counters;
    int64_t taken = 0;

    (void)state;
    assert_int_equal(meter_know(meter, 1), 0);
    assert_int_equal(meter_know(meter, 1), 0);
    while (meter_admit(meter, 1000 + taken * 65536, 10, NOW) == METER_ADMITTED)
        taken++;
    assert_int_equal(taken, 200000);
    assert_int_equal(meter_admit(meter, 2, 10, NOW), METER_STRANGER);
    assert_int_equal(meter_admit(meter, 1, 10, NOW), METER_ADMITTED);
    assert_int_equal(meter_admit(meter, 1000, 10, NOW), METER_ADMITTED);
    assert_int_equal(meter_admit(meter, 2, 10, NOW + 360), METER_ADMITTED);
    assert_int_equal(meter_admit(meter, 3, 10, NOW + 360), METER_STRANGER);
    meter_read_counters(meter, &counters);
    assert_int_equal(counters.devices, 200002);
    assert_int_equal(counters.strangers, 3);
    meter_free(meter);
}

// On a disk with little room nothing is kept, and that is nobody's fault.
static void test_low_disk(void **state)
{
    struct meter *meter = meter_new();
    struct meter_counters counters;

    (void)state;
    assert_int_equal(meter_know(meter, 1), 0);
    meter_set_low_disk(meter, true);
    for (int kind = METER_STATUSES; kind < METER_KIND_COUNT; kind++)
        assert_false(meter_keep(meter, 1, (enum meter_kind)kind, NOW));
    assert_int_equal(meter_admit(meter, 1, 10, NOW), METER_ADMITTED);
    meter_set_low_disk(meter, false);
    assert_int_equal(keep_all(meter, 1, METER_STATUSES, NOW), 600);
    meter_read_counters(meter, &counters);
    assert_int_equal(counters.low_disk, METER_KIND_COUNT - 1);
    for (size_t i = 0; i < LEFT_OUT_REASON_COUNT; i++)
        assert_int_equal(counters.left_out[i], i == LEFT_OUT_STATUSES);
    meter_free(meter);
}

static void test_trims(void **state)
{
    struct meter *meter = meter_new();

    (void)state;
    assert_int_equal(meter_know(meter, 1), 0);
    for (int i = 0; i < 200; i++) {
        assert_int_equal(meter_trims(meter, 1, METER_EVENTS), i % 64 == 0);
        if (i == 10)
            assert_true(meter_trims(meter, 1, METER_STARTS)); // each kind by itself
    }
    assert_true(meter_trims(meter, 2, METER_EVENTS));
    meter_free(meter);
}

struct told {
    size_t count;
    struct left_out items[16];
    bool refuse;
};

static bool take(const struct left_out *out, void *ctx)
{
    struct told *told = ctx;

    assert_true(told->count < 16);
    told->items[told->count++] = *out;
    return !told->refuse;
}

static void test_tells(void **state)
{
    struct meter *meter = meter_new();
    struct told told = {.refuse = true};
    struct meter_counters counters;

    (void)state;
    assert_int_equal(meter_know(meter, 0x84f3eb000001), 0);
    assert_int_equal(meter_know(meter, 0x84f3eb000002), 0);
    meter_tell(meter, 10, take, &told);
    assert_int_equal(told.count, 0);
    for (int i = 0; i < 3; i++)
        meter_leave_out(meter, 0x84f3eb000001, LEFT_OUT_EVENTS);
    meter_leave_out(meter, 0x84f3eb000001, LEFT_OUT_WAITING);
    meter_leave_out(meter, 0x84f3eb000002, LEFT_OUT_MESSAGES);
    meter_leave_out(meter, 3, LEFT_OUT_MESSAGES); // nobody that is known
    meter_tell(meter, 1, take, &told);            // of one device, in vain
    assert_int_equal(told.count, 2);
    assert_string_equal(told.items[0].mac, "84f3eb000001");
    assert_int_equal(told.items[0].reason, LEFT_OUT_WAITING);
    assert_int_equal(told.items[0].count, 1);
    assert_int_equal(told.items[1].reason, LEFT_OUT_EVENTS);
    assert_int_equal(told.items[1].count, 3);
    assert_true(told.items[1].since_ms > 0 && told.items[1].since_ms <= told.items[1].at_ms);
    told = (struct told){0};
    meter_tell(meter, 10, take, &told); // the other; the first not before 10 s
    assert_int_equal(told.count, 1);
    assert_string_equal(told.items[0].mac, "84f3eb000002");
    meter_leave_out(meter, 0x84f3eb000002, LEFT_OUT_MESSAGES);
    told = (struct told){0};
    meter_tell(meter, 10, take, &told);
    assert_int_equal(told.count, 0);
    meter_read_counters(meter, &counters);
    assert_int_equal(counters.left_out[LEFT_OUT_MESSAGES], 3);
    assert_int_equal(counters.left_out[LEFT_OUT_EVENTS], 3);
    meter_free(meter);
}

struct said {
    struct meter *meter;
    int64_t counts[4];
    size_t count;
    bool refuse;
};

// What is told takes its time: meanwhile more is left out, and that waits for nobody.
static bool leave_out_more(const struct left_out *out, void *ctx)
{
    struct said *said = ctx;

    assert_true(said->count < 4);
    said->counts[said->count++] = out->count;
    meter_leave_out(said->meter, 0x84f3eb000001, out->reason);
    meter_leave_out(said->meter, 0x84f3eb000002, out->reason);
    return !said->refuse;
}

static void test_tells_without_its_lock(void **state)
{
    struct meter *meter = meter_new();
    struct said said = {.meter = meter, .refuse = true};

    (void)state;
    alarm(20); // what waits for itself never ends
    assert_int_equal(meter_know(meter, 0x84f3eb000001), 0);
    assert_int_equal(meter_know(meter, 0x84f3eb000002), 0);
    for (int i = 0; i < 3; i++)
        meter_leave_out(meter, 0x84f3eb000001, LEFT_OUT_EVENTS);
    meter_leave_out(meter, 0x84f3eb000002, LEFT_OUT_EVENTS);
    meter_tell(meter, 1, leave_out_more, &said);
    assert_int_equal(said.counts[0], 3);
    said.refuse = false;
    meter_tell(meter, 1, leave_out_more, &said); // the other one
    assert_int_equal(said.count, 2);
    assert_int_equal(said.counts[1], 2);
    meter_tell(meter, 10, leave_out_more, &said); // not before 10 s
    assert_int_equal(said.count, 2);
    alarm(0);
    meter_free(meter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_messages),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_statuses_per_minute),
        cmocka_unit_test(test_new_devices),
        cmocka_unit_test(test_low_disk),
        cmocka_unit_test(test_trims),
        cmocka_unit_test(test_tells),
        cmocka_unit_test(test_tells_without_its_lock),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
