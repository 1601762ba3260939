// What is in a rollout's way: what becomes of its devices, another rollout, bounds, time, an image
// that is gone, an operator.
#include "server/release/release_flash.h"
#include "server/release/release_remove.h"
#include "server/store/command_store.h"
#include "server/store/download_store.h"
#include "server/store/mark_store.h"
#include "server/store/replacement_store.h"
#include "server/store/revocation_store.h"
#include "test/unit/server/rollout/rollout_fixture.h"

static int put_mark(struct store_connection *connection, void *ctx, struct err *err)
{
    return mark_store_put(connection, MAC_1, ctx, err);
}

static int forget(struct store_connection *connection, void *ctx, struct err *err)
{
    int rc = command_store_forget(connection, ctx, err);

    return rc < 0 ? rc : device_store_remove(connection, ctx, err);
}

static int replace(struct store_connection *connection, void *ctx, struct err *err)
{
    return replacement_store_put(connection, ctx, err);
}

static int shut_out(struct store_connection *connection, void *ctx, struct err *err)
{
    struct device_revocation revocation = {.revoked_at_ms = 1};

    snprintf(revocation.mac, sizeof revocation.mac, "%s", (const char *)ctx);
    return revocation_store_put(connection, &revocation, err);
}

static void who_is_shut_out_is_left_out(void **state)
{
    struct fixture *f = *state;
    char mac_1[] = MAC_1;

    create(f, "spring", &at_once);
    fixture_write(f, shut_out, mac_1);
    drive(f);
    expect_stages(f, "ldd");
    assert_string_equal(row_of(f, "spring", MAC_1).reason, "was revoked");
}

// Else an image that nobody has tried would be for all.
static void without_devices_it_is_not_done(void **state)
{
    struct fixture *f = *state;
    char macs[][MAC_SIZE] = {MAC_1, MAC_2, MAC_3};

    create(f, "spring", &at_once);
    for (size_t i = 0; i < 3; i++)
        fixture_write(f, shut_out, macs[i]);
    drive(f);
    expect_stages(f, "lll");
    assert_int_equal(get(f, "spring").state, ROLLOUT_PAUSED);
    assert_non_null(strstr(get(f, "spring").reason, "no device has got the image"));
    expect_offers(f, "000");
    assert_int_equal(change(f, ROLLOUT_CHANGE_RESUME, NULL), 0);
    drive(f);
    assert_int_equal(get(f, "spring").state, ROLLOUT_PAUSED);
}

static void what_becomes_of_devices_is_said(void **state)
{
    struct fixture *f = *state;
    struct device_mark mark = {.held_at_ms = 1};
    struct replacement replacement = {
        .mac = "84f3eb000009", .old = MAC_3, .place = MAC_3, .at_ms = 1};
    char mac_2[] = MAC_2;
    int64_t count = 0;

    create(f, "spring", &at_once);
    fixture_write(f, put_mark, &mark);
    fixture_write(f, forget, mac_2);
    report(f, "84f3eb000009", OLD, true);
    fixture_write(f, replace, &replacement);
    fixture_query(f, "UPDATE rollouts SET phase = 1");
    fixture_query(f, "UPDATE rollout_devices SET phase = 1");
    drive(f);
    expect_stages(f, "lll");
    assert_string_equal(row_of(f, "spring", MAC_1).reason, "is held");
    assert_string_equal(row_of(f, "spring", MAC_2).reason, "was forgotten");
    assert_string_equal(row_of(f, "spring", MAC_3).reason, "was replaced by 84f3eb000009");
    assert_string_equal(row_of(f, "spring", "84f3eb000009").reason, "has the place of " MAC_3);
    assert_int_equal(row_of(f, "spring", "84f3eb000009").phase, 1);
    drive(f);
    assert_int_equal(row_of(f, "spring", "84f3eb000009").stage, ROLLOUT_DOWNLOADING);
    mark.held_at_ms = 0;
    fixture_write(f, put_mark, &mark);
    assert_int_equal(change(f, ROLLOUT_CHANGE_RETRY, &count), 0);
    assert_int_equal(count, 3);
    drive(f);
    expect_stages(f, "dll");
}

static void two_never_meet(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};

    create(f, "spring", &at_once);
    assert_int_equal(try_create(f, "spring", NEW, &at_once, &err), ERR_CONFLICT);
    assert_int_equal(try_create(f, "summer", NEW, &at_once, &err), ERR_CONFLICT);
    assert_non_null(strstr(err.message, "3 of these devices are in rollout spring"));
    assert_int_equal(try_create(f, "summer", MIDDLE, &at_once, &err), ERR_CONFLICT);
    assert_non_null(strstr(err.message, "under rollout spring"));
    assert_int_equal(try_create(f, "summer", "B-9", &at_once, &err), ERR_NOT_FOUND);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM rollouts"), 1);
    assert_int_equal(change(f, ROLLOUT_CHANGE_ABORT, NULL), 0);
    assert_int_equal(release_refresh(release, NULL), 0);
    assert_int_equal(try_create(f, "summer", NEW, &at_once, &err), 0);
    assert_false(get(f, "spring").is_gated); // the new one has it
    assert_true(get(f, "summer").is_gated);
}

// Also by a dry run, which try_create() does first.
static void an_image_that_strands_is_refused(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};

    fixture_query(f, "UPDATE images SET signer = 'b' WHERE name = '" NEW "'");
    assert_int_equal(release_refresh(release, NULL), 0);
    assert_int_equal(try_create(f, "spring", NEW, &at_once, &err), ERR_CONFLICT);
    assert_non_null(strstr(err.message, "would strand devices on " MIDDLE));
    assert_null(strstr(err.message, "--force")); // which rollouts do not have
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM rollouts"), 0);
}

static void bounds_hold(void **state)
{
    struct fixture *f = *state;
    struct rollout_terms terms = at_once;

    terms.at_once = 2;
    create(f, "spring", &terms);
    drive(f);
    drive(f);
    assert_int_equal(commands(f), 2);
    fixture_query(f, "UPDATE rollout_devices SET stage = 2 WHERE stage = 1");
    drive(f);
    assert_int_equal(commands(f), 3);
}

static void no_more_begin_within_a_minute(void **state)
{
    struct fixture *f = *state;
    struct rollout_terms terms = at_once;

    terms.rate = 2;
    create(f, "spring", &terms);
    drive(f);
    drive(f);
    assert_int_equal(commands(f), 2);
    fixture_query(f, "UPDATE rollout_devices SET began_at_ms = began_at_ms - 50000"
                     " WHERE began_at_ms > 0");
    drive(f);
    assert_int_equal(commands(f), 2);
    fixture_query(f, "UPDATE rollout_devices SET began_at_ms = began_at_ms - 10000"
                     " WHERE began_at_ms > 0");
    drive(f);
    assert_int_equal(commands(f), 3);
}

static int of_one_site(struct fixture *f, const char *mac)
{
    char sql[128];

    snprintf(sql, sizeof sql, "INSERT INTO device_tags VALUES (0x%s, 'site-a')", mac);
    return (int)fixture_query(f, sql);
}

static void a_site_has_its_own_bound(void **state)
{
    struct fixture *f = *state;
    struct rollout_terms terms = at_once;

    terms.site_size = 1;
    snprintf(terms.site_prefix, sizeof terms.site_prefix, "site-");
    of_one_site(f, MAC_1);
    of_one_site(f, MAC_2);
    create(f, "spring", &terms);
    drive(f);
    drive(f);
    assert_int_equal(commands(f), 2); // one of the site, and the one of none
    assert_int_equal(row_of(f, "spring", MAC_3).stage, ROLLOUT_DOWNLOADING);
    fixture_query(f, "DELETE FROM device_tags"); // tagged anew, they are of none
    drive(f);
    assert_int_equal(commands(f), 3);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM rollout_devices"
                                      " WHERE reason = 'was tagged anew, and is of no site'"),
        1);
}

// By leaps, an image before the gate is offered to whom no rollout has reached.
static void a_leap_ends_before_the_gate(void **state)
{
    struct fixture *f = *state;

    fixture_query(f, "INSERT INTO boards VALUES ('B', 1)");
    create(f, "spring", &at_once);
    assert_string_equal(offer(f, MAC_1, OLD), MIDDLE);
    drive(f);
    assert_string_equal(offer(f, MAC_1, OLD), NEW);
    report(f, "84f3eb000009", OLD, true);
    assert_string_equal(offer(f, "84f3eb000009", OLD), MIDDLE);
    assert_string_equal(offer(f, "84f3eb000009", MIDDLE), "");
}

static void it_waits_for_its_time(void **state)
{
    struct fixture *f = *state;
    struct rollout_terms terms = at_once;
    int64_t minute = clock_now_ms() / 60000 % 1440;

    terms.start_ms = clock_now_ms() + 60000;
    terms.window_from = (minute + 60) % 1440;
    terms.window_to = (minute + 120) % 1440;
    snprintf(terms.window_zone, sizeof terms.window_zone, "UTC");
    create(f, "spring", &terms);
    drive(f);
    assert_int_equal(commands(f), 0);
    fixture_query(f, "UPDATE rollouts SET start_ms = 1");
    drive(f);
    assert_int_equal(commands(f), 0);
    fixture_query(f, "UPDATE rollouts SET time_window = '', start_ms = 9999999999999");
    drive(f);
    assert_int_equal(commands(f), 0);
    fixture_query(f, "UPDATE rollouts SET start_ms = 1");
    drive(f);
    assert_int_equal(commands(f), 3);
}

static void an_image_that_is_gone_pauses_it(void **state)
{
    struct fixture *f = *state;

    create(f, "spring", &at_once);
    assert_int_equal(withdraw_new(), 0);
    assert_true(get(f, "spring").is_gated);
    drive(f);
    assert_int_equal(get(f, "spring").state, ROLLOUT_PAUSED);
    assert_string_equal(get(f, "spring").reason, "its image was withdrawn");
    assert_int_equal(commands(f), 0);

    const struct release_remove_wish wish = {.name = NEW};
    char removed[IMAGE_SHA256_SIZE];
    struct err err = {0};

    assert_int_equal(release_remove_image(release, &wish, removed, &err), ERR_CONFLICT);
    assert_non_null(strstr(err.message, "rollout spring needs it"));
}

// Taken up again, it keeps the image from nobody; it needs it all the same.
static void one_that_is_tried_again_needs_its_image(void **state)
{
    struct fixture *f = *state;
    const struct release_remove_wish wish = {.name = NEW, .force = true};
    char removed[IMAGE_SHA256_SIZE];
    struct err err = {0};
    int64_t count;

    create(f, "spring", &at_once);
    report(f, MAC_1, NEW, true);
    fixture_query(f, "UPDATE rollout_devices SET stage = CASE WHEN device ="
                     " (SELECT MIN(device) FROM rollout_devices) THEN 3 ELSE 5 END");
    assert_true(drive(f));
    assert_int_equal(change(f, ROLLOUT_CHANGE_RETRY, &count), 0);
    assert_false(get(f, "spring").is_gated);
    assert_int_equal(release_refresh(release, NULL), 0);
    assert_int_equal(withdraw_new(), 0);
    assert_int_equal(release_remove_image(release, &wish, removed, &err), ERR_CONFLICT);
    assert_non_null(strstr(err.message, "rollout spring needs it"));
    assert_int_equal(change(f, ROLLOUT_CHANGE_ABORT, NULL), 0);
    assert_int_equal(release_remove_image(release, &wish, removed, NULL), 0);
}

static void one_that_has_ended_may_be_removed(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};

    create(f, "spring", &at_once);
    assert_int_equal(rollout_change_remove(f->store, "summer", NULL, &err), ERR_NOT_FOUND);
    assert_int_equal(rollout_change_remove(f->store, "spring", NULL, &err), ERR_CONFLICT);
    assert_non_null(strstr(err.message, "has not ended"));
    assert_int_equal(change(f, ROLLOUT_CHANGE_PAUSE, NULL), 0);
    assert_int_equal(rollout_change_remove(f->store, "spring", NULL, &err), ERR_CONFLICT);
    assert_int_equal(change(f, ROLLOUT_CHANGE_ABORT, NULL), 0);
    assert_int_equal(rollout_change_remove(f->store, "spring", NULL, &err), ERR_CONFLICT);
    assert_non_null(strstr(err.message, "keeps image " NEW " from devices"));
    expect_offers(f, "000");
    assert_int_equal(withdraw_new(), 0);
    assert_int_equal(rollout_change_remove(f->store, "spring", NULL, &err), 0);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM rollout_devices"), 0);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM audit WHERE kind = 'rollout'"
                                      " AND verb = 'remove'"),
        1);
}

// Of many that are at work, a look takes a part, and a pause all.
static void many_at_work_are_looked_at_by_and_by(void **state)
{
    struct fixture *f = *state;
    struct rollout_look look = {.release = release};

    create(f, "spring", &at_once);
    fixture_query(f,
        "WITH RECURSIVE n(n) AS (SELECT 16 UNION ALL SELECT n + 1 FROM n WHERE n <"
        " 4500) INSERT INTO rollout_devices SELECT rollout, 0x84f3eb000000 + n, place,"
        " phase, site, 1, 0, 0, before, 1, 0, '' FROM rollout_devices, n WHERE device ="
        " 0x" MAC_3);
    for (int i = 0; i < 3; i++) { // none of them is known: who is looked at is left out
        fixture_write(f, rollout_drive_run, &look);
        assert_int_equal(
            fixture_query(f, "SELECT count(*) FROM rollout_devices WHERE stage = 5"), 1495);
        fixture_query(f, "UPDATE rollout_devices SET stage = 1, tries = tries + 1 WHERE stage = 5");
        look.number++;
    }
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM rollout_devices"
                                      " WHERE tries = 1 AND device > 0x84f3eb00000f"),
        4485);
    assert_int_equal(change(f, ROLLOUT_CHANGE_PAUSE, NULL), 0);
    assert_int_equal(
        fixture_query(f, "SELECT count(*) FROM rollout_devices WHERE stage IN (1, 2)"), 0);
}

static int stage_new(struct store_connection *connection, void *ctx, struct err *err)
{
    struct download_store_staged staged = {.mac = MAC_3, .image = NEW, .sha256 = "sha-" NEW};

    (void)ctx;
    return download_store_stage(connection, &staged, err);
}

static struct command_verdict flash(struct fixture *f)
{
    struct store_connection *connection = fixture_read(f);
    struct command_verdict verdict;

    assert_int_equal(release_flash_decide(connection, MAC_3, &verdict, release, NULL), 0);
    store_read_end(f->store, connection);
    return verdict;
}

static void an_operator_does_not_go_before_it(void **state)
{
    struct fixture *f = *state;
    struct command_verdict verdict;

    create(f, "spring", &at_once);
    fixture_write(f, stage_new, NULL);
    verdict = flash(f);
    assert_true(verdict.held);
    assert_non_null(strstr(verdict.detail, "rollout spring"));
    report(f, MAC_3, "", true); // does not say what it runs
    assert_true(flash(f).held);
    report(f, MAC_3, MIDDLE, true);
    drive(f);
    assert_false(flash(f).held);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(without_devices_it_is_not_done, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_becomes_of_devices_is_said, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_is_shut_out_is_left_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(two_never_meet, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_image_that_strands_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bounds_hold, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_more_begin_within_a_minute, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_site_has_its_own_bound, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_leap_ends_before_the_gate, set_up, tear_down),
        cmocka_unit_test_setup_teardown(it_waits_for_its_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_image_that_is_gone_pauses_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_that_is_tried_again_needs_its_image, set_up, tear_down),
        cmocka_unit_test_setup_teardown(many_at_work_are_looked_at_by_and_by, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_that_has_ended_may_be_removed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_operator_does_not_go_before_it, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
