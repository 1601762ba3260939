// Who is when: by table, and at random against an oracle that counts anew each time.
#include "server/rollout/rollout_plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void phases_have_their_sizes(void **state)
{
    static const struct rollout_terms usual = {
        .phase_count = 4, .phases = {{5, false}, {10, true}, {50, true}, {100, true}}};
    static const struct rollout_terms one = {.phase_count = 1, .phases = {{100, true}}};
    static const struct {
        const struct rollout_terms *terms;
        int64_t count;
        int64_t bounds[4];
    } rows[] = {
        {&usual, 0, {0, 0, 0, 0}},
        {&usual, 1, {1, 1, 1, 1}},
        {&usual, 5, {5, 5, 5, 5}},
        {&usual, 11, {5, 5, 6, 11}},
        {&usual, 50, {5, 5, 25, 50}},
        {&usual, 51, {5, 6, 26, 51}},
        {&usual, 1000, {5, 100, 500, 1000}},
        {&one, 7, {7, 7, 7, 7}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (int64_t phase = 0; phase < 4; phase++)
            assert_int_equal(
                rollout_plan_bound(rows[i].terms, phase, rows[i].count), rows[i].bounds[phase]);
    }
}

static void failures_are_counted_up(void **state)
{
    static const struct {
        struct rollout_amount amount;
        int64_t count, expected;
    } rows[] = {
        {{3, false}, 100, 3},
        {{3, false}, 2, 2},
        {{3, false}, 0, 1},
        {{5, true}, 1, 1},
        {{5, true}, 20, 1},
        {{5, true}, 21, 2},
        {{5, true}, 2000, 100},
        {{0, true}, 50, 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct rollout_terms terms = {.failures = rows[i].amount};

        assert_int_equal(rollout_plan_failures(&terms, rows[i].count), rows[i].expected);
    }
}

static void each_bound_holds_by_itself(void **state)
{
    static const struct {
        struct rollout_terms terms;
        struct rollout_plan_use use;
        int64_t of_site;
        bool taken;
    } rows[] = {
        {{.rate = 0}, {900, 900}, 900, true},
        {{.rate = 2}, {1, 0}, 0, true},
        {{.rate = 2}, {2, 0}, 0, false},
        {{.at_once = 2}, {0, 1}, 0, true},
        {{.at_once = 2}, {0, 2}, 0, false},
        {{.site_size = 2}, {0, 0}, 1, true},
        {{.site_size = 2}, {0, 0}, 2, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct rollout_plan_use use = rows[i].use;
        int64_t of_site = rows[i].of_site;

        assert_int_equal(rollout_plan_take(&rows[i].terms, &use, &of_site), rows[i].taken);
        assert_int_equal(use.begun - rows[i].use.begun, rows[i].taken);
        assert_int_equal(use.downloading - rows[i].use.downloading, rows[i].taken);
        assert_int_equal(of_site - rows[i].of_site, rows[i].taken);
    }

    struct rollout_terms terms = {.site_size = 1};
    struct rollout_plan_use use = {0, 0};

    assert_true(rollout_plan_take(&terms, &use, NULL)); // of no site
}

static void the_order_is_by_what_is_asked(void **state)
{
    struct rollout_plan_member members[] = {{.mac = "c", .is_canary = true, .lot = 1},
        {.mac = "b", .is_online = true, .lot = 2}, {.mac = "a", .is_online = true, .lot = 2},
        {.mac = "d", .lot = 0}, {.mac = "e", .is_online = true, .lot = 3, .is_canary = true}};
    char order[8] = "";

    (void)state;
    qsort(members, 5, sizeof members[0], rollout_plan_compare);
    for (size_t i = 0; i < 5; i++)
        order[i] = members[i].mac[0];
    assert_string_equal(order, "abedc");
    qsort(members, 5, sizeof members[0], rollout_plan_compare_canaries);
    for (size_t i = 0; i < 5; i++)
        order[i] = members[i].mac[0];
    assert_string_equal(order, "ecabd");
    assert_true(rollout_plan_lot("a", "b") != rollout_plan_lot("b", "b"));
    assert_true(rollout_plan_lot("a", "b") == rollout_plan_lot("a", "b"));
}

static void the_end_is_estimated(void **state)
{
    static const struct {
        enum rollout_state state;
        int64_t phase, soak_at, devices, settled, now, end;
    } rows[] = {
        {ROLLOUT_RUNNING, 0, 0, 10, 0, 2000, 0},
        {ROLLOUT_PAUSED, 0, 0, 10, 5, 2000, 0},
        {ROLLOUT_DONE, 2, 0, 10, 10, 2000, 0},
        // 1000 ms of work for 5, as many to come, and two soaks
        {ROLLOUT_RUNNING, 0, 0, 10, 5, 2000, 2000 + 1000 + 1000},
        {ROLLOUT_SOAKING, 0, 2000, 10, 5, 2100, 2100 + 1000 + 1000 - 100},
        {ROLLOUT_RUNNING, 2, 0, 10, 5, 2500, 2500 + 1000 + 500},
        {ROLLOUT_RUNNING, 2, 0, 10, 5, 1100, 1100 + 0 + 500},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct rollout rollout = {.state = rows[i].state,
            .phase = rows[i].phase,
            .soak_at_ms = rows[i].soak_at,
            .created_at_ms = 500,
            .terms = {.phases = {{1, false}, {10, true}, {100, true}},
                .phase_count = 3, // of 10 devices, none is in the second
                .soak_ms = 500,
                .start_ms = 1000}};
        int64_t end = rollout_plan_end(&rollout, rows[i].devices, rows[i].settled, rows[i].now);

        if (end != rows[i].end)
            fail_msg("row %zu: %lld", i, (long long)end);
    }
}

// --- at random

#define DEVICES 60
#define SITES 4
#define ROUNDS 2000
#define MINUTE_MS 60000

static uint32_t seed = 1;

static int64_t below(int64_t n)
{
    seed = seed * 1664525 + 1013904223;
    return (int64_t)((uint64_t)(seed >> 8) % (uint64_t)n);
}

struct simulated {
    struct rollout_terms terms;
    int64_t count, phase;
    int64_t began_at[DEVICES], ends_at[DEVICES]; // -1: not yet
    int site[DEVICES];
};

static struct simulated make(void)
{
    struct simulated s = {.terms = {.rate = below(8), .at_once = below(8), .site_size = below(4)},
        .count = below(DEVICES) + 1};

    s.terms.phase_count = (int)below(5) + 1;
    for (int i = 0; i < s.terms.phase_count; i++)
        s.terms.phases[i] = (struct rollout_amount){below(100) + 1, below(2) == 0};
    for (int64_t i = 0; i < DEVICES; i++) {
        s.began_at[i] = s.ends_at[i] = -1;
        s.site[i] = (int)below(SITES);
    }
    return s;
}

static bool downloads(const struct simulated *s, int64_t i, int64_t now)
{
    return s->began_at[i] >= 0 && s->ends_at[i] > now;
}

// What the store would count.
static void count_use(
    const struct simulated *s, int64_t now, struct rollout_plan_use *use, int64_t sites[SITES])
{
    *use = (struct rollout_plan_use){0, 0};
    memset(sites, 0, SITES * sizeof sites[0]);
    for (int64_t i = 0; i < s->count; i++) {
        use->begun += s->began_at[i] >= 0 && s->began_at[i] > now - MINUTE_MS;
        use->downloading += downloads(s, i, now);
        sites[s->site[i]] += downloads(s, i, now);
    }
}

static void begin_some(struct simulated *s, int64_t now)
{
    struct rollout_plan_use use;
    int64_t sites[SITES];

    count_use(s, now, &use, sites);
    for (int64_t i = 0; i < s->count; i++) {
        if (s->began_at[i] >= 0 || rollout_plan_phase_of(&s->terms, i, s->count) > s->phase ||
            below(4) == 0) // it is away
            continue;
        if (!rollout_plan_take(&s->terms, &use, &sites[s->site[i]]))
            continue;
        s->began_at[i] = now;
        s->ends_at[i] = now + below(90000) + 1;
    }
}

// By what has happened, whatever the plan counts.
static void expect_bounds(const struct simulated *s, int64_t now)
{
    int64_t sites[SITES] = {0};
    int64_t busy = 0;
    int64_t begun = 0;
    int64_t bound = 0;

    for (int64_t i = 0; i < s->count; i++) {
        if (s->began_at[i] < 0)
            continue;
        begun += now - s->began_at[i] < MINUTE_MS;
        busy += s->ends_at[i] > now;
        sites[s->site[i]] += s->ends_at[i] > now;
        for (int p = 0; p <= s->phase; p++) { // none of a later phase
            int64_t n = s->terms.phases[p].value;

            if (s->terms.phases[p].is_percent)
                n = (n * s->count + 99) / 100;
            if (p + 1 == s->terms.phase_count)
                n = s->count;
            bound = n > bound ? n : bound;
        }
        assert_true(i < bound);
    }
    assert_true(s->terms.rate == 0 || begun <= s->terms.rate);
    assert_true(s->terms.at_once == 0 || busy <= s->terms.at_once);
    for (int i = 0; i < SITES; i++)
        assert_true(s->terms.site_size == 0 || sites[i] <= s->terms.site_size);
}

// All of the phase have begun; counts that each device is in one phase.
static bool phase_is_over(const struct simulated *s)
{
    for (int64_t i = 0; i < s->count; i++) {
        if (s->began_at[i] < 0 && rollout_plan_phase_of(&s->terms, i, s->count) <= s->phase)
            return false;
    }
    return true;
}

static void no_bound_is_ever_passed(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct simulated s = make();
        int64_t now = 0;
        int steps = 0;

        while (s.phase < s.terms.phase_count) {
            begin_some(&s, now);
            expect_bounds(&s, now);
            if (phase_is_over(&s))
                s.phase++;
            now += below(20000) + 1;
            assert_true(++steps < 20000); // it comes to an end
        }
        for (int64_t i = 0; i < s.count; i++)
            assert_true(s.began_at[i] >= 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(phases_have_their_sizes),
        cmocka_unit_test(failures_are_counted_up),
        cmocka_unit_test(each_bound_holds_by_itself),
        cmocka_unit_test(the_order_is_by_what_is_asked),
        cmocka_unit_test(the_end_is_estimated),
        cmocka_unit_test(no_bound_is_ever_passed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
