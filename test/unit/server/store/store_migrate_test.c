// The schema grows from version to version, and nothing else is touched.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "server/model/event.h"
#include "server/model/channel.h"
#include "test/unit/server/store/store_fixture.h"

static void assert_refused(struct fixture *f, int code)
{
    struct err err = {0};

    assert_int_equal(store_open(f->path, &f->store, &err), code);
    assert_null(f->store);
    assert_true(err.message[0] != '\0');
    assert_int_equal(store_open(f->path, &f->store, NULL), code);
}

static void test_refuses_a_later_version(void **state)
{
    struct fixture *f = *state;

    fixture_close(f);
    fixture_query(f, "PRAGMA user_version = 34");
    assert_refused(f, ERR_INVALID);
    fixture_query(f, "PRAGMA user_version = 33");
    fixture_open(f);
}

static void test_refuses_what_is_not_ours(void **state)
{
    struct fixture *f = *state;

    fixture_close(f);
    assert_int_equal(truncate(f->path, 0), 0);
    fixture_query(f, "CREATE TABLE recipes (name TEXT)");
    assert_refused(f, ERR_INVALID);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM recipes"), 0);

    FILE *file = fopen(f->path, "w");

    assert_non_null(file);
    for (int i = 0; i < 1000; i++)
        fputs("no database\n", file);
    fclose(file);
    assert_refused(f, ERR_IO);
    snprintf(f->path, sizeof f->path, "/nonexistent/test.db");
    assert_refused(f, ERR_IO);
}

// What version 33 brought.
static void drop_labels(struct fixture *f)
{
    fixture_query(f, "DROP TABLE device_labels");
    fixture_query(f, "DROP INDEX enrolments_state");
}

// What version 32 brought, and what came after it.
static void drop_users(struct fixture *f)
{
    drop_labels(f);
    fixture_query(f, "DROP TABLE sessions");
    fixture_query(f, "DROP TABLE tokens");
    fixture_query(f, "DROP TABLE users");
}

// What version 31 brought, and what came after it.
static void drop_config_rollouts(struct fixture *f)
{
    drop_users(f);
    fixture_query(f, "ALTER TABLE rollouts DROP COLUMN kind");
    fixture_query(f, "ALTER TABLE rollouts DROP COLUMN scope");
    fixture_query(f, "ALTER TABLE rollouts DROP COLUMN scope_name");
    fixture_query(f, "ALTER TABLE rollouts DROP COLUMN patch");
    fixture_query(f, "ALTER TABLE rollouts DROP COLUMN set_by");
    fixture_query(f, "ALTER TABLE settings_history DROP COLUMN rollout");
}

// What version 30 brought, and what came after it.
static void drop_keys(struct fixture *f)
{
    drop_config_rollouts(f);
    fixture_query(f, "ALTER TABLE keys DROP COLUMN retired_at_ms");
}

// What version 29 brought, and what came after it.
static void drop_errors(struct fixture *f)
{
    drop_keys(f);
    fixture_query(f, "ALTER TABLE statuses DROP COLUMN new_errors");
    fixture_query(f, "ALTER TABLE status_hours DROP COLUMN new_errors");
}

// What version 28 brought, and what came after it.
static void drop_terms(struct fixture *f)
{
    drop_errors(f);
    fixture_query(f, "DROP INDEX audit_object");
    fixture_query(f, "DROP TABLE answers");
}

// What version 27 brought, and what came after it.
static void drop_webhooks(struct fixture *f)
{
    drop_terms(f);
    fixture_query(f, "DROP TABLE webhook_messages");
    fixture_query(f, "DROP TABLE webhooks");
}

// What version 26 brought, and what came after it.
static void drop_event_clock(struct fixture *f)
{
    drop_webhooks(f);
    fixture_query(f, "DROP TABLE event_clock");
}

// What version 25 brought, an index that it made anew, and what came after it.
static void drop_answers(struct fixture *f)
{
    static const char *const columns[] = {
        "step", "code", "accepted_at_ms", "sends", "last_sent_at_ms", "inferred", "due_at_ms"};
    char text[80];

    drop_event_clock(f);
    fixture_query(f, "DROP INDEX commands_sent");
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        snprintf(text, sizeof text, "ALTER TABLE commands DROP COLUMN %s", columns[i]);
        fixture_query(f, text);
    }
    fixture_query(f, "CREATE INDEX commands_sent ON commands(sent_at_ms) WHERE state = 1");
    fixture_query(f, "ALTER TABLE events DROP COLUMN step");
    fixture_query(f, "ALTER TABLE events DROP COLUMN code");
}

// What version 24 brought, and what came after it.
static void drop_rollouts(struct fixture *f)
{
    drop_answers(f);
    fixture_query(f, "DROP TABLE rollout_devices");
    fixture_query(f, "DROP TABLE rollouts");
}

// What version 23 brought, and what came after it.
static void drop_settings(struct fixture *f)
{
    drop_rollouts(f);
    fixture_query(f, "DROP TABLE settings_layers");
    fixture_query(f, "DROP TABLE settings_history");
    fixture_query(f, "DROP TABLE settings_members");
    fixture_query(f, "DROP TABLE device_configs");
    fixture_query(f, "ALTER TABLE devices DROP COLUMN config_hash");
}

// What version 22 brought, and what came after it.
static void drop_channels(struct fixture *f)
{
    drop_settings(f);
    fixture_query(f, "ALTER TABLE images DROP COLUMN channel");
    fixture_query(f, "ALTER TABLE images DROP COLUMN was_stable");
}

// What version 21 brought, and what came after it.
static void drop_policies(struct fixture *f)
{
    drop_channels(f);
    fixture_query(f, "DROP TABLE boards");
    fixture_query(f, "ALTER TABLE images DROP COLUMN must_pass");
}

// What version 19 brought, and what came after it.
static void drop_selection(struct fixture *f)
{
    drop_policies(f);
    fixture_query(f, "DROP TABLE device_tags");
    fixture_query(f, "DROP TABLE device_marks");
    fixture_query(f, "DROP TABLE device_groups");
}

// What version 17 brought.
static void drop_batches(struct fixture *f)
{
    fixture_query(f, "DROP TABLE command_payloads");
    fixture_query(f, "DROP INDEX commands_batch");
    fixture_query(f, "DROP INDEX commands_waiting");
    fixture_query(f, "ALTER TABLE commands DROP COLUMN batch");
    fixture_query(f, "ALTER TABLE commands DROP COLUMN wave");
}

// What version 12 brought, and what came after it.
static void drop_enrolments(struct fixture *f)
{
    drop_selection(f);
    drop_batches(f);
    fixture_query(f, "DROP TABLE audit");
    fixture_query(f, "DROP TABLE rotation_certificates");
    fixture_query(f, "DROP TABLE rotation_devices");
    fixture_query(f, "DROP TABLE rotation");
    fixture_query(f, "DROP TABLE key_permits");
    fixture_query(f, "DROP TABLE enrolments");
    fixture_query(f, "DROP TABLE enrolment_window");
}

// What version 11 brought.
static void drop_given_back(struct fixture *f)
{
    drop_enrolments(f);
    fixture_query(f, "ALTER TABLE replacements DROP COLUMN given_back");
}

// What version 10 brought.
static void drop_listed(struct fixture *f)
{
    fixture_query(f, "DROP INDEX IF EXISTS device_revocations_readmitted");
    fixture_query(f, "DROP TABLE retained");
}

// What version 9 brought.
static void drop_costs(struct fixture *f)
{
    fixture_query(f, "DROP TABLE device_left_out");
    fixture_query(f, "DROP TABLE device_broker_limits");
    fixture_query(f, "ALTER TABLE devices DROP COLUMN limited_at_ms");
    fixture_query(f, "ALTER TABLE events DROP COLUMN class");
}

// What version 8 brought.
static void drop_certificates(struct fixture *f)
{
    fixture_query(f, "DROP TABLE certificates");
    fixture_query(f, "DROP TABLE device_revocations");
    fixture_query(f, "DROP TABLE replacements");
}

// What version 7 brought.
static void drop_faults(struct fixture *f)
{
    fixture_query(f, "DROP TABLE device_faults");
    fixture_query(f, "ALTER TABLE devices DROP COLUMN bad_payload_at_ms");
    fixture_query(f, "ALTER TABLE devices DROP COLUMN spelling");
}

// What version 6 brought.
static void drop_downloads(struct fixture *f)
{
    fixture_query(f, "DROP TABLE downloads");
    fixture_query(f, "DROP TABLE staged");
    fixture_query(f, "ALTER TABLE commands DROP COLUMN forced");
}

// A database of an older version keeps its data and gets what is missing.
static void test_migrates(void **state)
{
    struct fixture *f = *state;

    fixture_add_device(f, MAC_1);
    fixture_close(f);
    fixture_query(f, "DROP INDEX events_order");
    drop_given_back(f);
    drop_listed(f);
    drop_costs(f);
    drop_certificates(f);
    drop_faults(f);
    drop_downloads(f);
    fixture_query(f, "DROP TABLE image_embeds");
    fixture_query(f, "DROP TABLE images");
    fixture_query(f, "DROP TABLE keys");
    fixture_query(f, "PRAGMA user_version = 2");
    fixture_open(f);
    assert_true(fixture_is_known(f, MAC_1));
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM images"), 0);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM certificates"), 0);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM device_revocations"), 0);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM enrolments"), 0);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM enrolment_window"), 0);
    assert_int_equal(fixture_query(f, "PRAGMA user_version"), 33);
}

// Images of a version that did not look at their layout stay, and say so.
static void test_migrates_images(void **state)
{
    struct fixture *f = *state;

    fixture_close(f);
    fixture_query(f, "ALTER TABLE images DROP COLUMN layout");
    drop_given_back(f);
    drop_listed(f);
    drop_costs(f);
    drop_certificates(f);
    drop_faults(f);
    fixture_query(f, "INSERT INTO images VALUES ('B-1', 1, 2, 'aa', 'bb', 'cc', 'pem', 3, 4)");
    drop_downloads(f);
    fixture_query(f, "PRAGMA user_version = 4");
    fixture_open(f);
    assert_int_equal(fixture_query(f, "PRAGMA user_version"), 33);
    assert_int_equal(fixture_query(f, "SELECT layout FROM images WHERE name = 'B-1'"), 0);
    assert_int_equal(fixture_query(f, "SELECT published_at_ms FROM images"), 4);
    assert_int_equal(fixture_query(f, "SELECT channel FROM images"), CHANNEL_STABLE);
}

// Events of before are worth what they tell.
static void test_migrates_events(void **state)
{
    static const struct {
        const char *kind;
        int64_t class;
    } rows[] = {
        {"error", EVENT_CLASS_OTHER},
        {"", EVENT_CLASS_OTHER},
        {"boot", EVENT_CLASS_START},
        {"trial", EVENT_CLASS_START},
        {"reboot", EVENT_CLASS_START},
        {"will", EVENT_CLASS_NOTICE},
        {"shared-identity", EVENT_CLASS_NOTICE},
        {"download", EVENT_CLASS_NOTICE},
        {"command", EVENT_CLASS_OUTCOME},
    };
    struct fixture *f = *state;
    char sql[256];

    fixture_add_device(f, MAC_1);
    fixture_close(f);
    drop_given_back(f);
    drop_listed(f);
    drop_costs(f);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        snprintf(sql, sizeof sql,
            "INSERT INTO events (device, at_ms, kind, command, command_id, result, image, detail)"
            " SELECT mac, 1, '%s', '', 0, '', '', '' FROM devices",
            rows[i].kind);
        fixture_query(f, sql);
    }
    fixture_query(f, "PRAGMA user_version = 8");
    fixture_open(f);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        snprintf(sql, sizeof sql, "SELECT class FROM events WHERE kind = '%s'", rows[i].kind);
        assert_int_equal(fixture_query(f, sql), rows[i].class);
    }
    assert_int_equal(fixture_query(f, "SELECT limited_at_ms FROM devices"), 0);
    assert_int_equal(fixture_query(f, "SELECT newest FROM event_clock"), 9);
}

// Whoever has a place keeps it.
static void test_migrates_replacements(void **state)
{
    struct fixture *f = *state;

    fixture_close(f);
    drop_given_back(f);
    fixture_query(f, "INSERT INTO replacements VALUES (2, 1, 1, 5)");
    fixture_query(f, "PRAGMA user_version = 10");
    fixture_open(f);
    assert_int_equal(fixture_query(f, "SELECT given_back FROM replacements WHERE old = 1"), 0);
}

// A migration that fails leaves nothing of itself.
static void test_failed_migration_is_undone(void **state)
{
    struct fixture *f = *state;

    fixture_close(f);
    fixture_query(f, "DROP TABLE image_embeds");
    fixture_query(f, "DROP TABLE images");
    fixture_query(f, "PRAGMA user_version = 2"); // `keys` is in the way
    assert_refused(f, ERR_IO);
    assert_int_equal(fixture_query(f, "PRAGMA user_version"), 2);
    assert_int_equal(
        fixture_query(f, "SELECT count(*) FROM sqlite_schema WHERE name = 'images'"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_refuses_a_later_version),
        TEST(test_refuses_what_is_not_ours),
        TEST(test_migrates),
        TEST(test_migrates_images),
        TEST(test_migrates_events),
        TEST(test_migrates_replacements),
        TEST(test_failed_migration_is_undone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
