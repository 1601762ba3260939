// Who is shut out by a newer list is shut out by the database from then on, and with no less.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/command/command_list.h"
#include "server/revocation/revocation_adopt.h"
#include "server/revocation/revocation_change.h"
#include "server/revocation/revocation_load.h"
#include "server/store/certificate_store.h"
#include "server/store/command_store.h"
#include "server/store/event_store.h"
#include "server/store/revocation_store.h"
#include "test/unit/server/store/store_fixture.h"

#define HOLD REVOCATION_REASON_HOLD
#define COMPROMISE REVOCATION_REASON_USUAL
#define LISTED REVOCATION_REASON_LISTED
#define HOUR_MS INT64_C(3600000)

static struct revocation_list *load(struct fixture *f)
{
    struct store_connection *connection = fixture_read(f);
    struct revocation_list *list = NULL;

    assert_int_equal(revocation_load(connection, &list, NULL), 0);
    store_read_end(f->store, connection);
    return list;
}

static struct revocation_list *parse(uint64_t number, const char *entries)
{
    char text[2048];
    struct revocation_list *list = NULL;
    struct err err = {0};
    int lines = 0;

    for (const char *p = entries; *p != '\0'; p++)
        lines += *p == '\n';
    snprintf(text, sizeof text, "secureesp-revocations 1\nnumber %llu\n%send %d\n",
        (unsigned long long)number, entries, lines);
    if (revocation_list_parse(text, strlen(text), &list, &err) < 0)
        fail_msg("%s", err.message);
    return list;
}

// Takes a list over; returns how many entries that was, and how many devices the database alone
// shuts out, and how many it refuses.
struct adopted {
    size_t missing, again, kept, refused;
};

static struct adopted adopt(struct fixture *f, uint64_t number, const char *entries)
{
    struct revocation_list *there = parse(number, entries);
    struct revocation_list *own = load(f);
    struct store_connection *connection = fixture_read(f);
    struct revocation_adopt adopt;

    assert_int_equal(revocation_adopt_find(connection, there, own, &adopt, NULL), 0);
    store_read_end(f->store, connection);
    fixture_write(f, revocation_adopt_run, &adopt);
    revocation_adopt_log(&adopt);

    struct adopted out = {revocation_list_count(adopt.missing), revocation_list_count(adopt.again),
        revocation_list_count(adopt.kept), revocation_list_count(adopt.refused)};

    revocation_adopt_clear(&adopt);
    revocation_list_free(there);
    revocation_list_free(own);
    fixture_assert_whole(f);
    return out;
}

static void assert_adopted(struct adopted got, struct adopted expected)
{
    assert_int_equal(got.missing, expected.missing);
    assert_int_equal(got.again, expected.again);
    assert_int_equal(got.kept, expected.kept);
    assert_int_equal(got.refused, expected.refused);
}

static struct revocation_change apply(
    struct fixture *f, store_job job, const char *subject, const char *reason)
{
    struct revocation_change change = {.subject = subject, .reason = reason};

    fixture_write(f, job, &change);
    return change;
}

static void shut_out(struct fixture *f, const char *mac, const char *reason)
{
    (void)apply(f, revocation_change_revoke, mac, reason);
}

static void let_in(struct fixture *f, const char *mac)
{
    (void)apply(f, revocation_change_readmit, mac, NULL);
}

static int put_certificate(struct store_connection *connection, void *ctx, struct err *err)
{
    return certificate_store_add(connection, ctx, NULL, err);
}

static void add_certificate(
    struct fixture *f, const char *serial, const char *mac, int64_t begins_ms)
{
    struct certificate_record record = {.not_before_ms = begins_ms, .not_after_ms = INT64_MAX};

    snprintf(record.serial, sizeof record.serial, "%s", serial);
    snprintf(record.mac, sizeof record.mac, "%s", mac);
    snprintf(record.common_name, sizeof record.common_name, "%s", mac);
    snprintf(record.fingerprint, sizeof record.fingerprint, "%s of %s", serial, mac);
    fixture_write(f, put_certificate, &record);
}

static struct device_revocation revocation(struct fixture *f, const char *mac)
{
    struct store_connection *connection = fixture_read(f);
    struct device_revocation out = {0};

    assert_int_equal(revocation_store_get(connection, mac, &out, NULL), 0);
    store_read_end(f->store, connection);
    return out;
}

static struct certificate_record certificate(struct fixture *f, const char *serial)
{
    struct store_connection *connection = fixture_read(f);
    struct certificate_record out = {0};

    assert_int_equal(certificate_store_get(connection, serial, &out, NULL), 0);
    store_read_end(f->store, connection);
    return out;
}

static bool is_in_list(struct fixture *f, const char *line)
{
    struct revocation_list *list = load(f);
    char *text;
    size_t n;

    assert_int_equal(revocation_list_format(list, &text, &n), 0);

    bool is = strstr(text, line) != NULL;

    free(text);
    revocation_list_free(list);
    return is;
}

static int put_command(struct store_connection *connection, void *ctx, struct err *err)
{
    return command_store_add(connection, ctx, err);
}

// All that revoking does, with a reason that tells where it comes from.
static void test_a_device(void **state)
{
    struct fixture *f = *state;
    struct command command = {.mac = MAC_1, .name = "reboot", .created_at_ms = 1};

    fixture_add_device(f, MAC_1);
    add_certificate(f, "0a", MAC_1, clock_system_ms() - HOUR_MS);
    fixture_write(f, put_command, &command);
    assert_adopted(adopt(f, 41, "device " MAC_1 " all\ndevice " MAC_2 " all\n"),
        (struct adopted){.missing = 2});
    assert_true(is_in_list(f, "number 42\ndevice " MAC_1 " all\ndevice " MAC_2 " all\nend 2\n"));
    assert_string_equal(revocation(f, MAC_1).reason, LISTED);
    assert_string_equal(certificate(f, "0a").reason, LISTED);
    assert_int_equal(fixture_query(f, "SELECT online FROM devices WHERE mac = 146183154565121"), 0);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM commands WHERE result = 'revoked'"), 1);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM events WHERE kind = 'revoked'"
                                      " AND detail LIKE 'listed: by the list, which was newer%'"),
        2);           // one that was never heard of is listed, too
    let_in(f, MAC_1); // with a new certificate only: who knows for what it was
    assert_true(is_in_list(f, "device " MAC_1 " before "));
    assert_true(revocation(f, MAC_1).before_ms >= clock_system_ms() - 2 * HOUR_MS);
}

static void test_a_serial(void **state)
{
    struct fixture *f = *state;

    fixture_add_device(f, MAC_1);
    add_certificate(f, "0a", MAC_1, 5);
    assert_adopted(adopt(f, 7, "serial 0a\nserial 0b\n"), (struct adopted){.missing = 2});
    assert_true(is_in_list(f, "number 8\nserial 0a\nserial 0b\nend 2\n"));
    assert_string_equal(certificate(f, "0a").reason, LISTED);
    assert_string_equal(certificate(f, "0b").reason, LISTED);
    assert_int_equal(certificate(f, "0b").origin, CERTIFICATE_NAMED);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM events WHERE detail LIKE"
                                      " 'its certificate 0a: listed: by the list%'"),
        1);
}

// One that was in again.
static void test_older_certificates(void **state)
{
    struct fixture *f = *state;
    struct device_revocation now;

    shut_out(f, MAC_2, HOLD);
    let_in(f, MAC_2);
    now = revocation(f, MAC_2);
    assert_adopted(adopt(f, 7, "device " MAC_1 " before 1000\ndevice " MAC_2 " before 2000\n"),
        (struct adopted){.missing = 2});
    assert_true(is_in_list(
        f, "number 8\ndevice " MAC_1 " before 1000\ndevice " MAC_2 " before 2000\nend 2\n"));
    assert_string_equal(revocation(f, MAC_1).reason, LISTED);
    assert_true(revocation(f, MAC_1).readmitted_at_ms > 0);
    assert_true(revocation(f, MAC_1).revoked_at_ms > 0);
    assert_int_equal(revocation(f, MAC_2).revoked_at_ms, now.revoked_at_ms);
    // Less than is known already, and nothing at all.
    assert_adopted(adopt(f, 9, "device " MAC_1 " before 999\ndevice " MAC_3 " before 0\n"),
        (struct adopted){0});
    assert_true(is_in_list(f, "device " MAC_1 " before 1000\n"));
}

// Who was let in again since the copy stays out, and is named.
static void test_who_is_out_by_the_database_alone(void **state)
{
    struct fixture *f = *state;

    shut_out(f, MAC_1, COMPROMISE);
    shut_out(f, MAC_2, HOLD);
    shut_out(f, MAC_3, COMPROMISE);

    int64_t before_ms = revocation(f, MAC_1).before_ms;
    char entries[256];

    // The first has been in, was out, and is in again.
    snprintf(entries, sizeof entries, "device " MAC_1 " before %lld\ndevice " MAC_3 " all\n",
        (long long)before_ms + 5000);
    assert_adopted(adopt(f, 10, entries), (struct adopted){.missing = 1, .again = 1, .kept = 2});
    assert_true(
        is_in_list(f, "device " MAC_1 " all\ndevice " MAC_2 " all\ndevice " MAC_3 " all\n"));
    let_in(f, MAC_1); // as the log says
    assert_int_equal(revocation(f, MAC_1).before_ms, before_ms + 5000);
    let_in(f, MAC_2);
    assert_false(is_in_list(f, MAC_2));
}

// What both have: it may have been in meanwhile, and a hold may have become more.
static void test_who_is_out_by_both(void **state)
{
    struct fixture *f = *state;

    add_certificate(f, "0a", MAC_1, clock_system_ms() - HOUR_MS);
    shut_out(f, MAC_1, HOLD);
    shut_out(f, MAC_2, COMPROMISE);
    fixture_query(f, "UPDATE device_revocations SET before_ms = 5 WHERE before_ms > 0");
    assert_adopted(adopt(f, 10, "device " MAC_1 " all\ndevice " MAC_2 " all\n"),
        (struct adopted){.missing = 1, .again = 1});
    assert_string_equal(revocation(f, MAC_1).reason, LISTED);
    assert_string_equal(certificate(f, "0a").reason, LISTED);
    assert_string_equal(revocation(f, MAC_2).reason, COMPROMISE);
    // The old certificates, and no later one.
    assert_in_range(
        revocation(f, MAC_2).before_ms, clock_system_ms() - HOUR_MS, clock_system_ms() + HOUR_MS);
    let_in(f, MAC_1);
    assert_true(is_in_list(f, "device " MAC_1 " before "));
}

// A certificate that is on hold with its device was revoked for itself since.
static void test_a_serial_beside_a_hold(void **state)
{
    struct fixture *f = *state;

    add_certificate(f, "0a", MAC_1, clock_system_ms() - HOUR_MS);
    shut_out(f, MAC_1, HOLD);
    assert_adopted(adopt(f, 10, "serial 0a\n"), (struct adopted){.missing = 1, .kept = 1});
    let_in(f, MAC_1);
    assert_true(is_in_list(f, "\nserial 0a\nend 1\n"));
}

// CAs run by hand have given all the same serial. This daemon never names such a one: then the list
// is another's, and would shut out all.
static void test_a_serial_of_several(void **state)
{
    struct fixture *f = *state;

    add_certificate(f, "01", MAC_1, 5);
    add_certificate(f, "01", MAC_2, 5);
    assert_adopted(
        adopt(f, 10, "serial 01\nserial 02\n"), (struct adopted){.missing = 2, .refused = 1});
    assert_true(is_in_list(f, "number 11\nserial 02\nend 1\n"));
}

// The list of a database that has not changed since may name what that names otherwise now.
static void test_the_same_number(void **state)
{
    struct fixture *f = *state;
    int64_t begins_ms = clock_system_ms();
    char entries[64];

    add_certificate(f, "01", MAC_1, begins_ms);
    shut_out(f, MAC_1, COMPROMISE);
    let_in(f, MAC_1); // "serial 01" as long as nobody else bears it
    shut_out(f, MAC_3, HOLD);
    shut_out(f, MAC_2, COMPROMISE);
    add_certificate(f, "01", MAC_2, begins_ms);
    snprintf(entries, sizeof entries, "device " MAC_1 " before %lld\n", (long long)begins_ms + 1);
    assert_true(is_in_list(f, entries));
    assert_adopted(
        adopt(f, 4,
            "serial 01\ndevice " MAC_1 " before 5\ndevice " MAC_2 " all\ndevice " MAC_3 " all\n"),
        (struct adopted){0});
    assert_string_equal(revocation(f, MAC_3).reason, HOLD);
    assert_false(is_in_list(f, "serial"));
    // Another one of the same number is a branch of its own.
    assert_adopted(adopt(f, 5, "serial 0c\n"), (struct adopted){.missing = 1});
    assert_true(is_in_list(f, "number 6\nserial 0c\n"));
}

static void test_all_or_nothing(void **state)
{
    struct fixture *f = *state;
    struct revocation_list *there = parse(41, "serial 0a\ndevice " MAC_1 " all\n");
    struct revocation_list *own = load(f);
    struct store_connection *connection = fixture_read(f);
    struct revocation_adopt adopt;

    assert_int_equal(revocation_adopt_find(connection, there, own, &adopt, NULL), 0);
    store_read_end(f->store, connection);
    fixture_query(f, "CREATE TRIGGER fails BEFORE INSERT ON progress BEGIN"
                     " SELECT RAISE(ABORT, 'no'); END");
    assert_true(store_write(f->store, revocation_adopt_run, &adopt, NULL) < 0);
    assert_true(is_in_list(f, "number 0\nend 0\n"));
    fixture_query(f, "DROP TRIGGER fails");
    fixture_write(f, revocation_adopt_run, &adopt);
    assert_true(is_in_list(f, "number 42\nserial 0a\ndevice " MAC_1 " all\nend 2\n"));
    revocation_adopt_clear(&adopt);
    revocation_list_free(there);
    revocation_list_free(own);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_device),
        TEST(test_a_serial),
        TEST(test_older_certificates),
        TEST(test_who_is_out_by_the_database_alone),
        TEST(test_who_is_out_by_both),
        TEST(test_a_serial_beside_a_hold),
        TEST(test_a_serial_of_several),
        TEST(test_the_same_number),
        TEST(test_all_or_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
