// A rollout of a configuration: who has the patch when, what its end and an abort make of it, and
// what may not be done meanwhile.
#include "test/unit/server/rollout/rollout_config_fixture.h"

#include "server/rollout/rollout_judge.h"
#include "server/settings/settings_group.h"
#include "server/settings/settings_rules.h"
#include "server/store/group_use.h"
#include "server/store/mark_store.h"

static void each_gets_it_in_its_turn(void **state)
{
    struct fixture *f = *state;
    char old[SETTINGS_HASH_SIZE];
    char new[SETTINGS_HASH_SIZE];
    const char *first;

    memcpy(old, wanted(f, MAC_1).hash, sizeof old);
    assert_int_equal(
        try_config(f, "spring", "{\"waittimeout\": \"9000\"}", NULL, &one_then_all), 0);
    assert_string_equal(get(f, "spring").patch.text, PATCH); // as it is kept
    expect_new(f, old, "000");
    look(f);
    first = who_is(f, ROLLOUT_DOWNLOADING);
    memcpy(new, wanted(f, first).hash, sizeof new);
    assert_string_not_equal(new, old);
    assert_string_equal(wanted(f, first).config.wanted, new); // kept at once
    assert_int_equal(count(f, "SELECT count(*) FROM commands WHERE name = 'config'"), 1);
    look(f);
    assert_int_equal(commands(f), 1);
    answers(f, first, COMMAND_DONE, "ok");
    look(f);
    assert_int_equal(row_of(f, "spring", first).stage, ROLLOUT_INSTALLING);
    assert_int_equal(count(f, "SELECT count(*) FROM commands WHERE name = 'reboot'"), 1);
    answers(f, first, COMMAND_DONE, "ok");
    look(f);
    assert_int_equal(row_of(f, "spring", first).stage, ROLLOUT_INSTALLING); // it has not said so
    runs(f, first, new);
    look(f);
    assert_int_equal(row_of(f, "spring", first).stage, ROLLOUT_UPDATED);
    assert_int_equal(count(f, "SELECT count(*) FROM settings_history"), 0);
    expect_new(f, old, "111"); // since the others have begun
    take(f, who_is(f, ROLLOUT_DOWNLOADING));
    take(f, who_is(f, ROLLOUT_DOWNLOADING));
    assert_int_equal(get(f, "spring").state, ROLLOUT_DONE);
    assert_int_equal(commands(f), 6);
    assert_int_equal(count(f, "SELECT count(*) FROM settings_history WHERE rollout = 'spring'"
                              " AND set_by = 'uid 7' AND after_patch = '" PATCH "'"),
        1);
    assert_string_equal(wanted(f, MAC_1).hash, new); // the end changes nothing for them
    assert_false(wanted(f, MAC_1).is_tried);
    assert_int_equal(count(f, "SELECT count(*) FROM audit WHERE kind = 'settings'"), 1);
    assert_int_equal(changed(f, ROLLOUT_CHANGE_RETRY), ERR_CONFLICT);
    look(f);
    assert_int_equal(count(f, "SELECT count(*) FROM settings_history"), 1);
}

static void nothing_touches_it_meanwhile(void **state)
{
    struct fixture *f = *state;
    json_t *rules = json_loads("{\"pump\": {\"type\": \"integer\"}}", 0, NULL);
    struct settings_outcome outcome;

    desk.store = f->store;
    have_group(f);
    assert_int_equal(settings_rules_add(&desk, rules, NULL, NULL), 0);
    json_decref(rules);
    assert_int_equal(set(f, SETTINGS_GROUP, "cellar", "{\"waittimeout\": 8000}"), 0);
    assert_int_equal(
        try_config(f, "spring", "{\"waittimeout\": 9000, \"pump\": 1}", "cellar", &at_once), 0);
    assert_int_equal(set(f, SETTINGS_GROUP, "cellar", "{\"waittimeout\": 7000}"), ERR_CONFLICT);
    assert_int_equal(set(f, SETTINGS_GROUP, "cellar", "{\"retrytimeout\": 700}"), 0);
    assert_int_equal(set(f, SETTINGS_FLEET, "", "{\"waittimeout\": 7000}"), 0); // another layer
    assert_int_equal(
        settings_change_revert(&desk, 1, &(struct settings_wish){.dry = false}, &outcome, NULL),
        ERR_CONFLICT);
    assert_int_equal(
        try_config(f, "other", "{\"retrytimeout\": 800}", NULL, &at_once), ERR_CONFLICT);
    assert_int_equal(
        try_config(f, "other", "{\"retrytimeout\": 800}", "cellar", &at_once), ERR_CONFLICT);
    assert_int_equal(try_create(f, "image", NEW, &at_once, NULL), ERR_CONFLICT);
    assert_int_equal(settings_rules_remove(&desk, "pump", NULL, NULL), ERR_CONFLICT);
}

// It has settings of its own that go over it, or is not in the group.
static void who_gets_the_same_is_not_in_it(void **state)
{
    struct fixture *f = *state;
    struct device_group second = {.name = "second", .filter = "mac=" MAC_2};

    have_group(f);
    assert_int_equal(set(f, SETTINGS_DEVICE, MAC_2, PATCH), 0);
    assert_int_equal(try_config(f, "spring", PATCH, "cellar", &at_once), 0);
    assert_int_equal(count(f, "SELECT count(*) FROM rollout_devices"), 1);
    assert_int_equal(row_of(f, "spring", MAC_1).stage, ROLLOUT_WAITING);
    // who is in none of them is still of both layers
    fixture_write(f, put_group, &second);
    assert_int_equal(
        try_config(f, "other", "{\"retrytimeout\": 800}", "second", &at_once), ERR_CONFLICT);
    assert_int_equal(changed(f, ROLLOUT_CHANGE_ABORT), 0);
    assert_int_equal(set(f, SETTINGS_FLEET, "", PATCH), 0);
    assert_int_equal(try_config(f, "other", PATCH, NULL, &at_once), ERR_NOT_FOUND);
    assert_int_equal(try_config(f, "other", "{\"waittimeout\": 5}", NULL, &at_once), ERR_INVALID);
    assert_int_equal(try_config(f, "other", "{\"mqttport\": 9}", NULL, &at_once), ERR_CONFLICT);
    assert_int_equal(try_config(f, "other", PATCH, "attic", &at_once), ERR_NOT_FOUND);
}

static void an_abort_drops_it(void **state)
{
    struct fixture *f = *state;
    char old[SETTINGS_HASH_SIZE];

    memcpy(old, wanted(f, MAC_1).hash, sizeof old);
    runs(f, MAC_2, old);
    runs(f, MAC_3, old);
    assert_int_equal(try_config(f, "spring", PATCH, NULL, &at_once), 0);
    look(f);
    take(f, MAC_1);
    answers(f, MAC_3, COMMAND_DONE, "ok");
    expect_new(f, old, "111");
    look(f); // the third is to restart, and was not told yet
    assert_int_equal(commands(f), 5);
    answers(f, MAC_2, COMMAND_DONE, "ok");
    assert_int_equal(changed(f, ROLLOUT_CHANGE_ABORT), 0);
    expect_stages(f, "ulw");
    assert_string_equal(row_of(f, "spring", MAC_2).reason, "the rollout was aborted meanwhile");
    expect_new(f, old, "000");
    assert_string_equal(wanted(f, MAC_2).config.wanted, old);
    // what it has downloaded is not to be used
    assert_int_equal(commands(f), 7);
    assert_int_equal(count(f, "SELECT count(*) FROM commands WHERE id > 5 AND name = 'config'"), 2);
    assert_int_equal(count(f, "SELECT count(*) FROM settings_history"), 0);
    assert_int_equal(set(f, SETTINGS_FLEET, "", "{\"waittimeout\": 7000}"), 0);
}

static void who_fails_is_to_run_the_old_one(void **state)
{
    struct fixture *f = *state;
    char old[SETTINGS_HASH_SIZE];

    memcpy(old, wanted(f, MAC_1).hash, sizeof old);
    runs(f, MAC_1, old);
    assert_int_equal(try_config(f, "spring", PATCH, NULL, &at_once), 0);
    look(f);
    take(f, MAC_1);
    answers(f, MAC_2, COMMAND_FAILED, "file-invalid");
    answers(f, MAC_3, COMMAND_DONE, "ok");
    look(f);
    expect_stages(f, "ufi");
    assert_string_equal(wanted(f, MAC_2).hash, old);
    assert_int_equal(count(f, "SELECT count(*) FROM commands WHERE name = 'config'"), 4);
    runs(f, MAC_1, "1111111111111111"); // it has drifted, which says nothing of the new one
    look(f);
    expect_stages(f, "ufi");
    runs(f, MAC_1, old); // it has gone back
    look(f);
    expect_stages(f, "ffi");
    assert_string_equal(wanted(f, MAC_1).hash, old);
    assert_non_null(strstr(row_of(f, "spring", MAC_1).reason, "went back to config.json"));
    assert_int_equal(count(f, "SELECT count(*) FROM commands WHERE name = 'config'"), 5);
}

static void an_end_that_is_refused_pauses(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(
        try_config(f, "spring", "{\"statusinterval\": 90000}", NULL, &one_then_all), 0);
    look(f);
    take(f, who_is(f, ROLLOUT_DOWNLOADING));
    take(f, who_is(f, ROLLOUT_DOWNLOADING));
    answers(f, who_is(f, ROLLOUT_DOWNLOADING), COMMAND_CANCELLED, "cancelled");
    offline_after_ms = 60000;
    look(f);
    assert_int_equal(get(f, "spring").state, ROLLOUT_PAUSED);
    assert_non_null(strstr(get(f, "spring").reason, "its end is refused: "));
    assert_int_equal(count(f, "SELECT count(*) FROM settings_history"), 0);
    offline_after_ms = 180000;
    assert_int_equal(changed(f, ROLLOUT_CHANGE_RESUME), 0);
    look(f);
    assert_int_equal(get(f, "spring").state, ROLLOUT_DONE);
    assert_int_equal(count(f, "SELECT count(*) FROM settings_history"), 1);
}

static void who_leaves_the_group_is_left_out(void **state)
{
    struct fixture *f = *state;
    struct device_group group = {.name = "cellar", .filter = "mac=" MAC_1};

    have_group(f);
    assert_int_equal(try_config(f, "spring", PATCH, "cellar", &at_once), 0);
    fixture_write(f, put_group, &group);
    look(f);
    assert_int_equal(row_of(f, "spring", MAC_1).stage, ROLLOUT_DOWNLOADING);
    assert_int_equal(row_of(f, "spring", MAC_2).stage, ROLLOUT_LEFT_OUT);
    assert_non_null(
        strstr(row_of(f, "spring", MAC_2).reason, "not in this group any more: cellar"));
    assert_int_equal(commands(f), 1);
}

// Who is in the group by now has not tried it.
static void it_is_not_set_for_others_than_those_that_run_it(void **state)
{
    struct fixture *f = *state;
    struct rollout_terms terms = at_once;
    struct device_group others = {.name = "cellar", .filter = "mac=" MAC_3};
    struct device_group group = {.name = "cellar", .filter = "mac=" MAC_2 " or mac=" MAC_3};

    terms.soak_ms = 100000;
    have_group(f);
    assert_int_equal(try_config(f, "spring", PATCH, "cellar", &terms), 0);
    look(f);
    answers(f, MAC_1, COMMAND_CANCELLED, "cancelled");
    take(f, MAC_2);
    assert_int_equal(row_of(f, "spring", MAC_2).stage, ROLLOUT_UPDATED);
    fixture_write(f, put_group, &others);
    fixture_query(f, "UPDATE rollouts SET soak_at_ms = 1");
    look(f);
    assert_int_equal(get(f, "spring").state, ROLLOUT_PAUSED);
    assert_string_equal(get(f, "spring").reason,
        "its end is refused: no device of group cellar runs it: those that do have left");
    assert_int_equal(count(f, "SELECT count(*) FROM settings_history"), 0);
    fixture_write(f, put_group, &group);
    assert_int_equal(changed(f, ROLLOUT_CHANGE_RESUME), 0);
    look(f);
    fixture_query(f, "UPDATE rollouts SET soak_at_ms = 1");
    look(f);
    assert_int_equal(get(f, "spring").state, ROLLOUT_DONE);
    assert_int_equal(count(f, "SELECT count(*) FROM settings_history"), 1);
}

// Its filter, by which it has no settings yet, is judged as if it had.
static void its_group_is_judged(void **state)
{
    struct fixture *f = *state;
    struct device_group group = {.name = "cellar", .filter = "drifted=yes"};
    struct store_connection *connection;
    struct err err = {0};

    have_group(f);
    assert_int_equal(try_config(f, "spring", PATCH, "cellar", &at_once), 0);
    connection = fixture_read(f);
    assert_int_equal(settings_group_judge(&desk, connection, "cellar", NULL), 0);
    assert_int_equal(group_use_check_removal(connection, "cellar", true, &err), ERR_CONFLICT);
    assert_non_null(strstr(err.message, "rollout spring brings"));
    store_read_end(f->store, connection);
    fixture_write(f, put_group, &group);
    connection = fixture_read(f);
    assert_int_equal(settings_group_judge(&desk, connection, "cellar", &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "depends on their settings"));
    store_read_end(f->store, connection);
}

static int note_fetched(struct store_connection *connection, void *ctx, struct err *err)
{
    return device_config_store_note_fetched(connection, MAC_1, ctx, 5, err);
}

static int note_start(struct store_connection *connection, void *ctx, struct err *err)
{
    (void)ctx;
    return device_config_store_note_start(connection, MAC_1, 6, err);
}

// Of one that says nothing: it has downloaded all of it, and restarted.
static void of_a_sketch_it_is_inferred(void **state)
{
    struct fixture *f = *state;
    char new[SETTINGS_HASH_SIZE];
    struct settings_want want = {.config = {.inferred = "1", .is_assumed = true}, .hash = "1"};

    assert_false(settings_want_is_met(&want)); // that is known of nobody
    want.config.is_assumed = false;
    assert_true(settings_want_is_met(&want));
    assert_int_equal(try_config(f, "spring", PATCH, NULL, &at_once), 0);
    look(f);
    memcpy(new, wanted(f, MAC_1).hash, sizeof new);
    fixture_write(f, note_fetched, new);
    answers(f, MAC_1, COMMAND_DONE, "ok");
    look(f);
    answers(f, MAC_1, COMMAND_DONE, "ok");
    look(f);
    assert_int_equal(row_of(f, "spring", MAC_1).stage, ROLLOUT_INSTALLING);
    fixture_write(f, note_start, NULL);
    look(f);
    assert_int_equal(row_of(f, "spring", MAC_1).stage, ROLLOUT_UPDATED);
    assert_string_equal(row_of(f, "spring", MAC_1).reason, "inferred from what it has downloaded");
}

// Over the fleet and groups before it by name, below those behind it and the device's own: as it
// counts in the end.
static void it_lies_where_it_will(void **state)
{
    static const char *const names[] = {"a", "z"};
    struct fixture *f = *state;
    char during[SETTINGS_HASH_SIZE];

    have_group(f);
    for (size_t i = 0; i < 2; i++) {
        struct device_group group = {.filter = "not tag=none"};

        snprintf(group.name, sizeof group.name, "%s", names[i]);
        fixture_write(f, put_group, &group);
    }
    assert_int_equal(set(f, SETTINGS_FLEET, "", "{\"waittimeout\": 5000}"), 0);
    assert_int_equal(set(f, SETTINGS_GROUP, "a", "{\"waittimeout\": 6000}"), 0);
    assert_int_equal(set(f, SETTINGS_GROUP, "z", "{\"retrytimeout\": 700}"), 0);
    assert_int_equal(set(f, SETTINGS_DEVICE, MAC_2, "{\"statusinterval\": 800}"), 0);
    assert_int_equal(try_config(f, "spring",
                         "{\"waittimeout\": 9000, \"retrytimeout\": 901, \"statusinterval\": 902}",
                         "cellar", &at_once),
        0);
    look(f);
    memcpy(during, wanted(f, MAC_1).hash, sizeof during);
    assert_true(wanted(f, MAC_1).is_tried);
    take(f, MAC_1);
    take(f, MAC_2);
    assert_int_equal(get(f, "spring").state, ROLLOUT_DONE);
    assert_false(wanted(f, MAC_1).is_tried);
    assert_string_equal(wanted(f, MAC_1).hash, during);
    assert_int_equal(count(f, "SELECT count(*) FROM settings_layers WHERE name = 'cellar'"), 1);
}

static int hold(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct device_mark mark = {.held_at_ms = 1};

    return mark_store_put(connection, ctx, &mark, err);
}

// Nothing is changed on it, neither to the new nor back to the old one.
static void who_is_held_is_left_alone(void **state)
{
    struct fixture *f = *state;
    char mac_1[] = MAC_1;
    char mac_2[] = MAC_2;

    assert_int_equal(try_config(f, "spring", PATCH, NULL, &at_once), 0);
    fixture_write(f, hold, mac_1);
    look(f);
    expect_stages(f, "ldd");
    answers(f, MAC_2, COMMAND_DONE, "ok");
    fixture_write(f, hold, mac_2);
    look(f);
    expect_stages(f, "lld");
    assert_string_equal(row_of(f, "spring", MAC_2).reason, "is held");
    assert_int_equal(commands(f), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_gets_it_in_its_turn, set_up_config, tear_down),
        cmocka_unit_test_setup_teardown(nothing_touches_it_meanwhile, set_up_config, tear_down),
        cmocka_unit_test_setup_teardown(who_gets_the_same_is_not_in_it, set_up_config, tear_down),
        cmocka_unit_test_setup_teardown(an_abort_drops_it, set_up_config, tear_down),
        cmocka_unit_test_setup_teardown(who_fails_is_to_run_the_old_one, set_up_config, tear_down),
        cmocka_unit_test_setup_teardown(an_end_that_is_refused_pauses, set_up_config, tear_down),
        cmocka_unit_test_setup_teardown(who_leaves_the_group_is_left_out, set_up_config, tear_down),
        cmocka_unit_test_setup_teardown(it_lies_where_it_will, set_up_config, tear_down),
        cmocka_unit_test_setup_teardown(
            it_is_not_set_for_others_than_those_that_run_it, set_up_config, tear_down),
        cmocka_unit_test_setup_teardown(who_is_held_is_left_alone, set_up_config, tear_down),
        cmocka_unit_test_setup_teardown(its_group_is_judged, set_up_config, tear_down),
        cmocka_unit_test_setup_teardown(of_a_sketch_it_is_inferred, set_up_config, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
