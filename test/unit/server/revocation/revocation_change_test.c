// What revoking changes in the database, and what of it the list says.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/pki/issuer.h"
#include "server/revocation/revocation_change.h"
#include "server/revocation/revocation_load.h"
#include "server/store/certificate_store.h"
#include "server/store/command_store.h"
#include "server/store/event_store.h"
#include "test/unit/server/store/store_fixture.h"

#define HOLD REVOCATION_REASON_HOLD
#define COMPROMISE REVOCATION_REASON_USUAL
#define HOUR_MS INT64_C(3600000)

static struct revocation_change apply(
    struct fixture *f, store_job job, const char *subject, const char *reason)
{
    struct revocation_change change = {.subject = subject, .reason = reason};

    fixture_write(f, job, &change);
    return change;
}

static struct revocation_change shut_out(struct fixture *f, const char *mac, const char *reason)
{
    return apply(f, revocation_change_revoke, mac, reason);
}

static struct revocation_change let_in(struct fixture *f, const char *mac)
{
    return apply(f, revocation_change_readmit, mac, "");
}

static int add(struct store_connection *connection, void *ctx, struct err *err)
{
    return certificate_store_add(connection, ctx, NULL, err);
}

static void add_certificate_of(struct fixture *f, const char *serial, const char *mac,
    int64_t begins_ms, enum certificate_origin origin)
{
    struct certificate_record record = {
        .not_before_ms = begins_ms, .not_after_ms = INT64_MAX, .origin = origin};

    snprintf(record.serial, sizeof record.serial, "%s", serial);
    snprintf(record.mac, sizeof record.mac, "%s", mac);
    snprintf(record.common_name, sizeof record.common_name, "%s", mac);
    snprintf(record.fingerprint, sizeof record.fingerprint, "%s-%s", serial, mac);
    fixture_write(f, add, &record);
}

static void add_certificate(
    struct fixture *f, const char *serial, const char *mac, int64_t begins_ms)
{
    add_certificate_of(f, serial, mac, begins_ms, CERTIFICATE_ISSUED);
}

static struct revocation_list *load(struct fixture *f)
{
    struct store_connection *connection = fixture_read(f);
    struct revocation_list *list = NULL;

    assert_int_equal(revocation_load(connection, &list, NULL), 0);
    store_read_end(f->store, connection);
    return list;
}

// The list without its first and last line, and without the time that an entry has.
static void assert_list(struct fixture *f, const char *expected)
{
    struct revocation_list *list = load(f);
    char entries[1024] = "";
    char *text;
    size_t n;

    assert_int_equal(revocation_list_format(list, &text, &n), 0);
    for (char *rest = text, *line; (line = strsep(&rest, "\n")) != NULL;) {
        char *before = strstr(line, " before ");

        if (before != NULL)
            before[strlen(" before")] = '\0';
        if (strncmp(line, "serial ", 7) == 0 || strncmp(line, "device ", 7) == 0)
            snprintf(entries + strlen(entries), sizeof entries - strlen(entries), "%s; ", line);
    }
    free(text);
    revocation_list_free(list);
    assert_string_equal(entries, expected);
}

static struct device_record device(struct fixture *f, const char *mac)
{
    struct store_connection *connection = fixture_read(f);
    struct device_record device;

    assert_int_equal(device_store_get(connection, mac, &device, NULL), 0);
    store_read_end(f->store, connection);
    return device;
}

static int see(const struct event *event, void *ctx)
{
    char *text = ctx;

    snprintf(text + strlen(text), 512, "%s %s; ", event->kind, event->detail);
    return 0;
}

static void assert_events(struct fixture *f, const char *mac, const char *expected)
{
    struct store_connection *connection = fixture_read(f);
    char text[8192] = "";

    assert_int_equal(event_store_each(connection, mac, 20, see, text, NULL), 0);
    store_read_end(f->store, connection);
    assert_string_equal(text, expected);
}

static void test_a_hold_is_taken_back_whole(void **state)
{
    struct fixture *f = *state;
    struct revocation_change change;

    fixture_add_device(f, MAC_1);
    add_certificate(f, "0a", MAC_1, clock_system_ms() - HOUR_MS);
    change = shut_out(f, MAC_1, HOLD);
    assert_true(change.changed);
    assert_true(change.reported);
    assert_int_equal(change.certificates, 1);
    assert_int_equal(change.number, 1);
    assert_int_equal(change.now.before_ms, 0);
    assert_false(device(f, MAC_1).online);
    assert_int_equal(device(f, MAC_1).reason, DEVICE_REASON_REVOKED);
    assert_true(device(f, MAC_1).revoked_at_ms > 0);
    assert_list(f, "device " MAC_1 " all; ");

    change = shut_out(f, MAC_1, HOLD);
    assert_false(change.changed);
    assert_int_equal(change.number, 1);

    change = let_in(f, MAC_1);
    assert_true(change.changed);
    assert_int_equal(change.certificates, 1);
    assert_int_equal(change.number, 2);
    assert_int_equal(device(f, MAC_1).reason, DEVICE_REASON_SILENT);
    assert_int_equal(device(f, MAC_1).revoked_at_ms, 0);
    assert_list(f, "");
    assert_false(let_in(f, MAC_1).changed);
    assert_events(f, MAC_1, "readmitted " HOLD "; revoked " HOLD "; ");
}

// Whatever is older stays out, known or not; what was issued since is good.
static void test_a_compromise_is_not(void **state)
{
    struct fixture *f = *state;
    int64_t now_ms = clock_system_ms();
    struct revocation_change change;

    fixture_add_device(f, MAC_1);
    add_certificate(f, "0a", MAC_1, now_ms - HOUR_MS);
    add_certificate(f, "0b", MAC_1, now_ms); // by a CA that does not date back
    change = shut_out(f, MAC_1, COMPROMISE);
    assert_int_equal(change.certificates, 2);
    // By the second, as certificates have it.
    assert_int_equal(change.now.before_ms % 1000, 0);
    assert_in_range(change.now.before_ms, now_ms - 999 - ISSUER_BACKDATE_S * 1000,
        clock_system_ms() - ISSUER_BACKDATE_S * 1000);
    assert_list(f, "device " MAC_1 " all; ");

    change = let_in(f, MAC_1);
    assert_int_equal(change.certificates, 0);
    assert_list(f, "serial 0b; device " MAC_1 " before; ");

    struct revocation_list *list = load(f);
    int64_t issued_ms = clock_system_ms() - ISSUER_BACKDATE_S * 1000;

    assert_true(revocation_list_has_device(list, MAC_1, now_ms - HOUR_MS));
    assert_true(revocation_list_has_device(list, MAC_1, change.now.before_ms - 1));
    assert_false(revocation_list_has_device(list, MAC_1, issued_ms + 1));
    revocation_list_free(list);

    // A hold later, and its end, take nothing of that back.
    shut_out(f, MAC_1, HOLD);
    let_in(f, MAC_1);
    assert_list(f, "serial 0b; device " MAC_1 " before; ");
}

static void test_a_hold_can_become_more(void **state)
{
    struct fixture *f = *state;
    struct revocation_change change;

    fixture_add_device(f, MAC_1);
    add_certificate(f, "0a", MAC_1, clock_system_ms() - HOUR_MS);
    shut_out(f, MAC_1, HOLD);
    change = shut_out(f, MAC_1, "superseded");
    assert_true(change.changed);
    assert_string_equal(change.now.reason, "superseded");
    assert_int_equal(change.certificates, 1);
    change = shut_out(f, MAC_1, HOLD); // but not less
    assert_false(change.changed);
    assert_string_equal(change.now.reason, "superseded");
    let_in(f, MAC_1);
    assert_list(f, "device " MAC_1 " before; ");
}

// One that nobody has heard of, one that is forgotten, and one that never was revoked.
static void test_devices_that_are_not_there(void **state)
{
    struct fixture *f = *state;
    struct revocation_change change = shut_out(f, MAC_1, COMPROMISE);

    assert_true(change.changed);
    assert_false(change.reported);
    assert_false(device(f, MAC_1).online);
    assert_events(f, MAC_1, "revoked " COMPROMISE "; ");
    assert_int_equal(fixture_query(f, "DELETE FROM events"), -1); // as forgetting it does
    assert_int_equal(fixture_query(f, "DELETE FROM devices"), -1);
    assert_list(f, "device " MAC_1 " all; ");
    assert_false(shut_out(f, MAC_1, COMPROMISE).changed); // is listed again
    assert_int_equal(device(f, MAC_1).reason, DEVICE_REASON_REVOKED);
    assert_int_equal(fixture_query(f, "DELETE FROM devices"), -1);
    assert_true(let_in(f, MAC_1).changed);

    change = let_in(f, MAC_2);
    assert_false(change.changed);
    assert_int_equal(change.now.revoked_at_ms, 0);
    assert_false(fixture_is_known(f, MAC_2));
}

static int add_command(struct store_connection *connection, void *ctx, struct err *err)
{
    return command_store_add(connection, ctx, err);
}

static int64_t give(struct fixture *f, const char *mac, enum command_state state)
{
    struct command command = {.name = "reboot", .state = state, .created_at_ms = 1};

    snprintf(command.mac, sizeof command.mac, "%s", mac);
    fixture_write(f, add_command, &command);
    return command.id;
}

static void assert_command(
    struct fixture *f, int64_t id, enum command_state state, const char *result, const char *detail)
{
    struct store_connection *connection = fixture_read(f);
    struct command command;

    assert_int_equal(command_store_get(connection, id, &command, NULL), 0);
    store_read_end(f->store, connection);
    assert_int_equal(command.state, state);
    assert_string_equal(command.result, result);
    assert_non_null(strstr(command.detail, detail));
    assert_int_equal(command.ended_at_ms > 0, result[0] != '\0');
}

static void test_commands_end(void **state)
{
    struct fixture *f = *state;

    fixture_add_device(f, MAC_1);
    fixture_add_device(f, MAC_2);

    int64_t queued = give(f, MAC_1, COMMAND_QUEUED);
    int64_t sent = give(f, MAC_1, COMMAND_SENT);
    int64_t done = give(f, MAC_1, COMMAND_DONE);
    int64_t others = give(f, MAC_2, COMMAND_QUEUED);

    assert_int_equal(shut_out(f, MAC_1, COMPROMISE).commands, 2);
    assert_command(f, queued, COMMAND_FAILED, "revoked", "(keyCompromise) before it was sent");
    assert_command(f, sent, COMMAND_FAILED, "revoked", "it may be done all the same");
    assert_command(f, done, COMMAND_DONE, "", "");
    assert_command(f, others, COMMAND_QUEUED, "", "");
}

static void test_one_certificate(void **state)
{
    struct fixture *f = *state;
    struct revocation_change change;

    fixture_add_device(f, MAC_1);
    add_certificate(f, "0a", MAC_1, 5);
    change = apply(f, revocation_change_revoke_certificate, "0a", "superseded");
    assert_true(change.changed);
    assert_int_equal(change.number, 1);
    assert_list(f, "serial 0a; ");
    assert_true(device(f, MAC_1).online); // it may have another
    assert_events(f, MAC_1, "revoked its certificate 0a: superseded; ");
    assert_false(apply(f, revocation_change_revoke_certificate, "0a", HOLD).changed);
    assert_true(apply(f, revocation_change_revoke_certificate, "0b", HOLD).changed);
    assert_list(f, "serial 0a; serial 0b; ");
    let_in(f, MAC_1); // never revoked itself
    assert_list(f, "serial 0a; serial 0b; ");
}

// CAs run by hand have given all the same serial: one stolen board harms nobody else.
static void test_one_serial_for_all(void **state)
{
    struct fixture *f = *state;
    struct revocation_change change = {.subject = "01", .reason = COMPROMISE};
    struct err err = {0};

    add_certificate(f, "01", MAC_1, clock_system_ms() - HOUR_MS);
    add_certificate(f, "01", MAC_2, clock_system_ms() - HOUR_MS);
    shut_out(f, MAC_1, COMPROMISE);
    assert_list(f, "device " MAC_1 " all; ");
    let_in(f, MAC_1);
    assert_list(f, "device " MAC_1 " before; ");
    add_certificate(f, "01", MAC_3, clock_system_ms() - HOUR_MS);

    struct revocation_list *list = load(f);

    assert_false(revocation_list_has_serial(list, "01"));
    revocation_list_free(list);
    assert_int_equal(
        store_write(f->store, revocation_change_revoke_certificate, &change, &err), ERR_CONFLICT);
    assert_non_null(strstr(err.message, "bear the same serial 01"));
}

// The same, by a CA that does not date back: what it signed just before the revocation is no older
// than what "before" shuts out. A serial is named only if nobody else can bear it.
static void test_one_serial_for_all_and_fresh(void **state)
{
    static const struct {
        enum certificate_origin origin;
        bool shared; // known to be
        bool named;
    } rows[] = {
        {CERTIFICATE_SEEN, true, false},
        {CERTIFICATE_SEEN, false, false}, // the others may not have been met yet
        {CERTIFICATE_FILE, false, false}, {CERTIFICATE_ISSUED, true, false},
        {CERTIFICATE_ISSUED, false, true}, // ours are random
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t begins_ms = clock_system_ms() - 1000;

        assert_int_equal(fixture_query(f, "DELETE FROM certificates"), -1);
        add_certificate_of(f, "01", MAC_1, begins_ms, rows[i].origin);
        if (rows[i].shared)
            add_certificate_of(f, "01", MAC_2, begins_ms, rows[i].origin);
        shut_out(f, MAC_1, COMPROMISE);
        let_in(f, MAC_1);

        struct revocation_list *list = load(f);

        if (revocation_list_has_serial(list, "01") != rows[i].named ||
            revocation_list_has_device(list, MAC_1, begins_ms) == rows[i].named ||
            revocation_list_has_device(list, MAC_1, begins_ms + 1) ||
            revocation_list_has_device(list, MAC_2, begins_ms))
            fail_msg("row %zu", i);
        revocation_list_free(list);
    }
    // One that somebody wants out by its serial is named, whoever signed it.
    add_certificate_of(f, "02", MAC_1, clock_system_ms(), CERTIFICATE_SEEN);
    apply(f, revocation_change_revoke_certificate, "02", COMPROMISE);
    assert_list(f, "serial 01; serial 02; device " MAC_1 " before; ");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_hold_is_taken_back_whole),
        TEST(test_a_compromise_is_not),
        TEST(test_a_hold_can_become_more),
        TEST(test_devices_that_are_not_there),
        TEST(test_commands_end),
        TEST(test_one_certificate),
        TEST(test_one_serial_for_all),
        TEST(test_one_serial_for_all_and_fresh),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
