// Groups of devices: what hits those that wait, and how the updated compare with them.
#include "server/rollout/rollout_health_fleet.h"

#include "test/unit/server/rollout/health_rows.h"

#define DEVICES 1000

static struct rollout_health_traits updated[DEVICES], waiting[DEVICES];

// The first `worse` of so many are it, each on a site of its own.
static void fill(struct rollout_health_traits *traits, size_t count, size_t worse, unsigned bit)
{
    memset(traits, 0, DEVICES * sizeof *traits);
    for (size_t i = 0; i < count; i++) {
        traits[i].is_known = true;
        traits[i].worse = traits[i].much_worse = i < worse ? bit : 0;
        for (size_t m = 0; m < ROLLOUT_HEALTH_MEASURES; m++)
            traits[i].clusters[m] = (uint32_t)i + 1;
    }
}

static struct rollout_health_verdict judge(size_t updated_count, size_t waiting_count, size_t hours)
{
    const struct rollout_health_arm arms[2] = {{updated, updated_count}, {waiting, waiting_count}};
    struct rollout_health_verdict verdict;

    rollout_health_fleet_judge(&arms[0], &arms[1], hours, &verdict);
    return verdict;
}

#define HEAP (1u << ROLLOUT_HEALTH_HEAP)
#define LOOP (1u << ROLLOUT_HEALTH_LOOP)

static const struct {
    const char *name;
    size_t updated, worse, waiting, waiting_worse, hours;
    unsigned bit;
    bool is_bad;
} rows[] = {
    {"nobody", 0, 0, 100, 0, 12, HEAP, false},
    {"a tenth, of those that wait none", 100, 10, 900, 0, 12, HEAP, true},
    {"as those that wait", 100, 10, 900, 90, 12, HEAP, false},
    {"two are too few", 8, 2, 1000, 0, 1, HEAP, false},
    {"four of fifty, none of many", 50, 4, 950, 0, 4, HEAP, true},
    {"the same, later", 50, 4, 950, 0, 12, HEAP, false},
    {"four of fifty, none of few", 50, 4, 50, 0, 4, HEAP, false},
    {"before the first hour", 100, 10, 900, 0, 0, HEAP, false},
    {"nobody waits: a tenth of many", 1000, 100, 0, 0, 12, HEAP, true},
    {"nobody waits: as usual", 1000, 99, 0, 0, 12, HEAP, false},
    {"nobody waits: a tenth of few", 50, 6, 0, 0, 12, HEAP, false},
    {"nobody waits: a loop says nothing", 1000, 200, 0, 0, 12, LOOP, false},
    {"nine that wait are nobody", 1000, 100, 9, 9, 12, HEAP, true},
};

static void groups_are_compared(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct rollout_health_verdict verdict;

        fill(updated, rows[i].updated, rows[i].worse, rows[i].bit);
        fill(waiting, rows[i].waiting, rows[i].waiting_worse, rows[i].bit);
        verdict = judge(rows[i].updated, rows[i].waiting, rows[i].hours);
        if ((verdict.state == ROLLOUT_HEALTH_UNHEALTHY) != rows[i].is_bad)
            fail_msg("%s: %s", rows[i].name, verdict.reason);
    }
}

static void the_reason_has_figures(void **state)
{
    struct rollout_health_verdict verdict;

    (void)state;
    fill(updated, 100, 10, HEAP);
    fill(waiting, 900, 1, HEAP);
    verdict = judge(100, 900, 12);
    assert_int_equal(verdict.measure, ROLLOUT_HEALTH_HEAP);
    assert_string_equal(verdict.reason, "free heap: 10 of 100 updated devices are much worse than "
                                        "before, of those that wait 1 of 900");
}

// More than in half of the devices, and not much, is enough with those that wait; small differences
// are not, however certain.
static void what_is_worse_needs_a_tenth(void **state)
{
    (void)state;
    for (size_t worse = 80; worse <= 160; worse += 80) {
        fill(updated, 1000, worse, HEAP);
        fill(waiting, 1000, 10, HEAP);
        for (size_t i = 0; i < DEVICES; i++)
            updated[i].much_worse = waiting[i].much_worse = 0;
        assert_int_equal(judge(1000, 1000, 12).state == ROLLOUT_HEALTH_UNHEALTHY, worse == 160);
    }
    fill(updated, 1000, 29, HEAP);
    fill(waiting, 1000, 10, HEAP);
    for (size_t i = 0; i < DEVICES; i++)
        updated[i].worse = waiting[i].worse = 0;
    assert_int_equal(judge(1000, 1000, 1).state, ROLLOUT_HEALTH_OK);
}

// Those of one site share its power cut, and count as one.
static void a_site_counts_once(void **state)
{
    (void)state;
    fill(updated, 100, 10, HEAP);
    fill(waiting, 900, 0, HEAP);
    for (size_t i = 0; i < 10; i++)
        updated[i].clusters[ROLLOUT_HEALTH_HEAP] = 7;
    assert_int_equal(judge(100, 900, 12).state, ROLLOUT_HEALTH_OK);
    for (size_t i = 0; i < 10; i++)
        updated[i].clusters[ROLLOUT_HEALTH_HEAP] = 0; // none is known: each its own
    assert_int_equal(judge(100, 900, 12).state, ROLLOUT_HEALTH_UNHEALTHY);
}

static void who_is_not_known_does_not_count(void **state)
{
    (void)state;
    fill(updated, 100, 100, HEAP);
    fill(waiting, 900, 0, HEAP);
    for (size_t i = 0; i < 100; i++)
        updated[i].is_known = false;
    assert_int_equal(judge(100, 900, 12).state, ROLLOUT_HEALTH_TOO_EARLY);
}

// --- those that wait

static void what_hits_a_fifth_hits_all(void **state)
{
    // devices, of which so many have an incident
    static const struct {
        uint32_t devices, hit;
        bool is_common;
    } cases[] = {{0, 0, false}, {1, 0, false}, {1, 1, true}, {2, 1, false}, {2, 2, true},
        {10, 1, false}, {10, 2, true}, {11, 2, false}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rollout_health_control control = {.first_ms = UPDATE_MS};

        for (uint32_t k = 0; k < cases[i].devices; k++) {
            struct rollout_health_summary before;
            struct rollout_health_series since;
            struct health_rows device;

            health_rows_init(&device, 5);
            device.since[2].counts[ROLLOUT_HEALTH_WILLS] = k < cases[i].hit ? 3 : 0;
            health_rows_read_before(&device, &before);
            since = health_rows_since(&device);
            rollout_health_control_add(&control, &before, &since);
        }
        for (int64_t hour = -1; hour <= 400; hour++) {
            bool is_common = rollout_health_control_was_hit(
                &control, UPDATE_MS + hour * ROLLOUT_HEALTH_HOUR_MS, ROLLOUT_HEALTH_WILLS);

            assert_int_equal(is_common, hour == 2 && cases[i].is_common);
        }
    }
    assert_false(rollout_health_control_was_hit(NULL, UPDATE_MS, 0));
}

// The same lost connections with and without those that wait.
static void what_hits_all_is_nobodys_fault(void **state)
{
    struct rollout_health_control control = {.first_ms = UPDATE_MS, .devices = 4};
    struct health_rows device;

    (void)state;
    health_rows_init(&device, 16);
    for (size_t i = 0; i < 16; i++) {
        device.since[i].counts[ROLLOUT_HEALTH_WILLS] = 5;
        control.hit[i][ROLLOUT_HEALTH_WILLS] = 2;
        control.of[i] = 4;
    }
    assert_int_equal(health_rows_judge(&device).state, ROLLOUT_HEALTH_UNHEALTHY);
    device.control = &control;
    assert_int_equal(health_rows_judge(&device).state, ROLLOUT_HEALTH_OK);
    for (size_t i = 0; i < 16; i++)
        control.hit[i][ROLLOUT_HEALTH_WILLS] = 1;
    assert_int_equal(health_rows_judge(&device).state, ROLLOUT_HEALTH_UNHEALTHY);
}

static void what_they_gain_is_no_standard(void **state)
{
    struct rollout_health_control control = {0};

    (void)state;
    assert_true(rollout_health_control_heap_fall(NULL) == 0);
    assert_true(rollout_health_control_heap_fall(&control) == 0);
    control.heap[ROLLOUT_HEALTH_CONTROL_STEPS / 2 + 3] = 5;
    assert_true(rollout_health_control_heap_fall(&control) == 0);
    control.heap[ROLLOUT_HEALTH_CONTROL_STEPS / 2 - 3] = 6;
    assert_true(rollout_health_control_heap_fall(&control) == -512);
    control.rssi[0] = 1;
    assert_true(rollout_health_control_rssi_fall(&control) == -31);
}

// --- what differs from before

static const struct rollout_health_side nowhere;

static unsigned traits_of(const struct health_rows *device, bool is_much)
{
    struct rollout_health_summary before;
    struct rollout_health_series since = health_rows_since(device);
    struct rollout_health_traits traits;

    health_rows_read_before(device, &before);
    rollout_health_traits_read(&before, &since, &(struct rollout_health_side){.site = 3}, &traits);
    assert_int_equal(traits.clusters[0], 3);
    return is_much ? traits.much_worse : traits.worse;
}

static void each_measure_is_seen(void **state)
{
    struct health_rows devices[ROLLOUT_HEALTH_MEASURES + 1];

    (void)state;
    for (size_t m = 0; m <= ROLLOUT_HEALTH_MEASURES; m++) {
        health_rows_init(&devices[m], 24);
        for (size_t i = 0; i < 24; i++) {
            struct rollout_health_hour *hour = &devices[m].since[i];

            if (m < ROLLOUT_HEALTH_COUNTED)
                hour->counts[m] = i % 8 == 0;
            if (m == ROLLOUT_HEALTH_HEAP)
                hour->free_heap_min_bytes = 21000 - 100 * (uint32_t)i;
            hour->rssi_dbm = m == ROLLOUT_HEALTH_RSSI ? -69 : -60;
            hour->max_loop_ms = m == ROLLOUT_HEALTH_LOOP ? 1500 : 100;
            hour->statuses = m == ROLLOUT_HEALTH_SILENCE && i > 19 ? 0 : 60;
        }
        assert_int_equal(traits_of(&devices[m], false), m < ROLLOUT_HEALTH_MEASURES ? 1u << m : 0);
        assert_int_equal(traits_of(&devices[m], true), m < ROLLOUT_HEALTH_MEASURES ? 1u << m : 0);
    }
}

static void who_was_hardly_heard_is_not_known(void **state)
{
    struct rollout_health_summary before;
    struct rollout_health_series since;
    struct rollout_health_traits traits;
    struct health_rows device;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        health_rows_init(&device, i == 0 ? 3 : 4);
        device.before_count = i == 1 ? 23 : 24;
        health_rows_read_before(&device, &before);
        since = health_rows_since(&device);
        rollout_health_traits_read(&before, &since, &nowhere, &traits);
        assert_int_equal(traits.is_known, i == 2);
    }
    device.since[2].counts[ROLLOUT_HEALTH_WILLS] = 1;
    rollout_health_traits_read(&before, &since, &nowhere, &traits);
    assert_int_equal(traits.clusters[ROLLOUT_HEALTH_WILLS], UPDATE_MS / ROLLOUT_HEALTH_HOUR_MS + 2);
    assert_int_equal(traits.clusters[ROLLOUT_HEALTH_RESTARTS], 0);
}

// Half of them is common, where hardly any waits; each hour has its own number of devices.
static void a_crowd_stands_for_all(void **state)
{
    struct rollout_health_control control = {
        .first_ms = UPDATE_MS, .devices = 20, .is_crowd = true};

    (void)state;
    for (uint32_t hit = 0; hit <= 20; hit++) {
        control.of[0] = 20;
        control.of[1] = 10;
        control.hit[0][0] = control.hit[1][0] = hit;
        assert_int_equal(rollout_health_control_was_hit(&control, UPDATE_MS, 0), hit >= 10);
        assert_int_equal(
            rollout_health_control_was_hit(&control, UPDATE_MS + ROLLOUT_HEALTH_HOUR_MS, 0),
            hit >= 5);
    }
}

// The middle one of those of whom four hours are over.
static void both_groups_see_the_same_hours(void **state)
{
    static const int64_t hour = ROLLOUT_HEALTH_HOUR_MS;
    int64_t starts[] = {12 * hour, 0, 8 * hour, 13 * hour};

    (void)state;
    assert_true(rollout_health_fleet_start(starts, 0, 20 * hour) == INT64_MIN);
    assert_true(rollout_health_fleet_start(starts, 4, 4 * hour - 1) == INT64_MIN);
    assert_true(rollout_health_fleet_start(starts, 4, 4 * hour) == 0);
    assert_true(rollout_health_fleet_start(starts, 4, 12 * hour) == 8 * hour);
    assert_true(rollout_health_fleet_start(starts, 4, 16 * hour) == 8 * hour);
    assert_true(rollout_health_fleet_start(starts, 4, 17 * hour) == 12 * hour);
}

// A heap that falls by 360 bytes in all may still be settling after an update, not without one.
static void a_new_image_settles(void **state)
{
    struct rollout_health_side side = {.site = 1};
    struct rollout_health_summary before;
    struct rollout_health_traits traits;
    struct health_rows device;

    (void)state;
    health_rows_init(&device, 16);
    for (size_t i = 0; i < BEFORE; i++)
        device.before[i].free_heap_min_bytes = 20000;
    health_rows_read_before(&device, &before);
    for (size_t bytes = 45; bytes <= 90; bytes += 45) {
        for (size_t i = 0; i < 16; i++)
            device.since[i].free_heap_min_bytes = 20000 - (uint32_t)(bytes * i);

        struct rollout_health_series since = health_rows_since(&device);

        side.is_updated = false;
        rollout_health_traits_read(&before, &since, &side, &traits);
        assert_int_equal(traits.worse, 1u << ROLLOUT_HEALTH_HEAP);
        side.is_updated = true;
        rollout_health_traits_read(&before, &since, &side, &traits);
        assert_int_equal(traits.worse, bytes == 90 ? 1u << ROLLOUT_HEALTH_HEAP : 0);
    }
}

// Hours in which it was silent with those of the control are no silence of its own.
static void silence_with_all_is_none(void **state)
{
    struct rollout_health_control control = {.first_ms = UPDATE_MS};
    struct rollout_health_side side = {.site = 1, .control = &control};
    struct rollout_health_summary before;
    struct rollout_health_traits traits;
    struct health_rows device;

    (void)state;
    health_rows_init(&device, 12);
    for (size_t i = 2; i < 5; i++)
        device.since[i].statuses = 0;
    health_rows_read_before(&device, &before);
    for (uint32_t silent = 1; silent <= 2; silent++) {
        struct rollout_health_series since = health_rows_since(&device);

        for (size_t i = 2; i < 5; i++) {
            control.of[i] = 10;
            control.hit[i][ROLLOUT_HEALTH_COUNTED] = silent;
        }
        rollout_health_traits_read(&before, &since, &side, &traits);
        assert_int_equal(traits.worse, silent == 1 ? 1u << ROLLOUT_HEALTH_SILENCE : 0);
    }
}

// What goes on for most hours is no episode that a place shares.
static void what_goes_on_is_its_own(void **state)
{
    struct rollout_health_summary before;
    struct rollout_health_traits traits;
    struct health_rows device;

    (void)state;
    for (size_t hours = 4; hours <= 5; hours++) {
        for (size_t count = 10; count <= 11; count++) {
            struct rollout_health_series since;

            health_rows_init(&device, count);
            for (size_t i = 0; i < hours; i++) {
                device.since[1 + i].counts[ROLLOUT_HEALTH_WILLS] = 3;
                device.since[1 + i].statuses = 0;
            }
            health_rows_read_before(&device, &before);
            since = health_rows_since(&device);
            rollout_health_traits_read(&before, &since, &nowhere, &traits);
            assert_int_equal(traits.clusters[ROLLOUT_HEALTH_WILLS],
                hours == 5 && count == 10 ? 0 : UPDATE_MS / ROLLOUT_HEALTH_HOUR_MS + 1);
            assert_int_equal(traits.clusters[ROLLOUT_HEALTH_SILENCE],
                UPDATE_MS / ROLLOUT_HEALTH_HOUR_MS + 1); // a power cut goes on, too
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_are_compared),
        cmocka_unit_test(the_reason_has_figures),
        cmocka_unit_test(what_is_worse_needs_a_tenth),
        cmocka_unit_test(a_site_counts_once),
        cmocka_unit_test(who_is_not_known_does_not_count),
        cmocka_unit_test(what_hits_a_fifth_hits_all),
        cmocka_unit_test(what_hits_all_is_nobodys_fault),
        cmocka_unit_test(what_they_gain_is_no_standard),
        cmocka_unit_test(a_crowd_stands_for_all),
        cmocka_unit_test(both_groups_see_the_same_hours),
        cmocka_unit_test(a_new_image_settles),
        cmocka_unit_test(silence_with_all_is_none),
        cmocka_unit_test(what_goes_on_is_its_own),
        cmocka_unit_test(each_measure_is_seen),
        cmocka_unit_test(who_was_hardly_heard_is_not_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
