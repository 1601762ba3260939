// What comes of a finding against a device, or against all: once, and of whom it is about alone.
#include "server/rollout/rollout_findings.h"

#include "test/unit/server/rollout/rollout_fixture.h"

static struct rollout_findings found;

static int forget_found(void **state)
{
    rollout_findings_clear(&found);
    return tear_down(state);
}

static void find(int64_t rollout, const char *mac, const char *reason)
{
    struct rollout_finding finding = {.rollout = rollout};

    snprintf(finding.mac, sizeof finding.mac, "%s", mac);
    snprintf(finding.reason, sizeof finding.reason, "%s", reason);
    assert_int_equal(rollout_findings_add(&found, &finding), 0);
}

static void drive_with_findings(struct fixture *f)
{
    struct rollout_look look = {.release = release, .found = &found};

    fixture_write(f, rollout_drive_run, &look);
}

// All three run the image.
static int64_t begin(struct fixture *f)
{
    struct rollout_terms terms = at_once;

    terms.soak_ms = 1000000;
    create(f, "spring", &terms);
    report(f, MAC_1, NEW, true);
    report(f, MAC_2, NEW, true);
    report(f, MAC_3, NEW, true);
    drive(f);
    expect_stages(f, "uuu");
    return get(f, "spring").id;
}

static int64_t failures_told(struct fixture *f)
{
    return fixture_query(f, "SELECT count(*) FROM events WHERE kind = 'rollout'");
}

static void each_reason_is_of_its_rollout_and_device(void **state)
{
    (void)state;
    assert_null(rollout_findings_reason(NULL, 1, MAC_1));
    for (int i = 0; i < 9; i++) // more than its first room
        find(i, i == 3 ? "" : MAC_1, i == 3 ? "all" : "one");
    assert_string_equal(rollout_findings_reason(&found, 3, ""), "all");
    assert_string_equal(rollout_findings_reason(&found, 8, MAC_1), "one");
    assert_null(rollout_findings_reason(&found, 3, MAC_1));
    assert_null(rollout_findings_reason(&found, 4, MAC_2));
    rollout_findings_clear(&found);
    assert_null(rollout_findings_reason(&found, 8, MAC_1));
}

static void a_device_fails_by_its_own_alone(void **state)
{
    struct fixture *f = *state;
    int64_t id = begin(f);

    find(id, MAC_1, "ill");
    find(id + 1, MAC_2, "in another");
    find(id, "84f3eb000009", "not in it");
    drive_with_findings(f);
    expect_stages(f, "fuu");
    assert_string_equal(row_of(f, "spring", MAC_1).reason, "is not well since: ill");
    drive_with_findings(f);
    assert_int_equal(failures_told(f), 1);
}

// It went back, and that is told once.
static void who_went_back_has_failed_once(void **state)
{
    struct fixture *f = *state;
    int64_t id = begin(f);

    report(f, MAC_1, OLD, true);
    find(id, MAC_1, "ill");
    drive_with_findings(f);
    expect_stages(f, "fuu");
    assert_string_equal(row_of(f, "spring", MAC_1).reason, "went back to " OLD);
    assert_int_equal(failures_told(f), 1);
}

// It waits again: it is told to begin, once.
static void who_is_not_updated_any_more_is_told_nothing_twice(void **state)
{
    struct fixture *f = *state;
    int64_t id = begin(f);

    report(f, MAC_1, MIDDLE, true);
    fixture_query(f, "UPDATE rollout_devices SET stage = 0 WHERE device = 0x" MAC_1);
    report(f, MAC_2, MIDDLE, true);
    fixture_query(f, "UPDATE rollout_devices SET stage = 0, phase = 1 WHERE device = 0x" MAC_2);
    find(id, MAC_1, "ill");
    find(id, MAC_2, "ill");
    drive_with_findings(f);
    expect_stages(f, "dwu"); // the phase of the other one has not come
    assert_int_equal(commands(f), 1);
}

static void all_together_pause_it(void **state)
{
    struct fixture *f = *state;
    int64_t id = begin(f);

    find(id + 1, "", "another");
    drive_with_findings(f);
    assert_int_equal(get(f, "spring").state, ROLLOUT_SOAKING);
    find(id, "", "all are ill");
    drive_with_findings(f);
    assert_int_equal(get(f, "spring").state, ROLLOUT_PAUSED);
    assert_string_equal(get(f, "spring").reason, "all are ill");
    expect_stages(f, "uuu");
    drive_with_findings(f);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM audit WHERE verb = 'pause'"), 1);
}

// Whatever else would be next for it.
static void one_that_is_paused_stays_so(void **state)
{
    struct fixture *f = *state;

    begin(f);
    assert_int_equal(change(f, ROLLOUT_CHANGE_PAUSE, NULL), 0);
    drive_with_findings(f);
    assert_int_equal(get(f, "spring").state, ROLLOUT_PAUSED);
    fixture_query(f, "UPDATE rollouts SET soak_ms = 0");
    drive_with_findings(f);
    assert_int_equal(get(f, "spring").state, ROLLOUT_PAUSED);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, set_up, forget_found)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_reason_is_of_its_rollout_and_device),
        ROW(a_device_fails_by_its_own_alone),
        ROW(who_went_back_has_failed_once),
        ROW(who_is_not_updated_any_more_is_told_nothing_twice),
        ROW(all_together_pause_it),
        ROW(one_that_is_paused_stays_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
