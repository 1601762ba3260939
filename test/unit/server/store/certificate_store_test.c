// Certificates in the database, and which of them are revoked.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "server/store/certificate_store.h"
#include "server/store/revocation_store.h"
#include "test/unit/server/store/store_fixture.h"

#define HOLD REVOCATION_REASON_HOLD
#define COMPROMISE REVOCATION_REASON_USUAL

struct wish {
    enum { ADD, REVOKE, REVOKE_DEVICE, RELEASE_DEVICE } what;
    const char *serial; // or the MAC
    const char *mac;
    const char *fingerprint;
    const char *reason;
    int64_t at_ms;
    int result; // of ADD: whether it is new
};

static int change(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct wish *wish = ctx;
    struct certificate_record record = {.origin = CERTIFICATE_SEEN,
        .not_before_ms = 10,
        .not_after_ms = 20,
        .known_at_ms = wish->at_ms};
    bool added = false;
    int rc = ERR_INVALID;

    switch (wish->what) {
    case ADD:
        snprintf(record.serial, sizeof record.serial, "%s", wish->serial);
        snprintf(record.mac, sizeof record.mac, "%s", wish->mac);
        snprintf(record.common_name, sizeof record.common_name, "name");
        snprintf(record.unit, sizeof record.unit, "unit");
        record.is_server = true;
        snprintf(record.fingerprint, sizeof record.fingerprint, "%s", wish->fingerprint);
        rc = certificate_store_add(connection, &record, &added, err);
        return rc < 0 ? rc : added;
    case REVOKE:
        return certificate_store_revoke(connection, wish->serial, wish->at_ms, wish->reason, err);
    case REVOKE_DEVICE:
        return certificate_store_revoke_device(connection,
            &(struct certificate_store_wish){wish->serial, wish->at_ms, wish->reason, INT64_MAX},
            err);
    case RELEASE_DEVICE: return certificate_store_release_device(connection, wish->serial, err);
    }
    return rc;
}

static void apply(struct fixture *f, const struct wish *wishes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct wish wish = wishes[i];

        struct err err = {0};
        int rc = store_write(f->store, change, &wish, &err);

        if (rc != wish.result)
            fail_msg("wish %zu: %d (%s)", i, rc, err.message);
    }
}

#define APPLY(f, ...)                                                                              \
    apply(f, (const struct wish[]){__VA_ARGS__},                                                   \
        sizeof((const struct wish[]){__VA_ARGS__}) / sizeof(struct wish))

static int see(const struct certificate_record *record, void *ctx)
{
    char *text = ctx;

    snprintf(text + strlen(text), 256, "%s/%s/%s/%s@%lld ", record->serial, record->fingerprint,
        record->mac, record->reason, (long long)record->revoked_at_ms);
    return 0;
}

static int see_revoked(const struct certificate_record *record, void *ctx)
{
    return record->revoked_at_ms > 0 ? see(record, ctx) : 0;
}

static int see_serial(const char *serial, void *ctx)
{
    char *text = ctx;

    snprintf(text + strlen(text), 64, "%s ", serial);
    return 0;
}

static int stop_serial(const char *serial, void *ctx)
{
    (void)serial;
    ++*(int *)ctx;
    return 7;
}

static int stop(const struct certificate_record *record, void *ctx)
{
    (void)record;
    ++*(int *)ctx;
    return 7;
}

static int copy(const struct certificate_record *record, void *ctx)
{
    *(struct certificate_record *)ctx = *record;
    return 7;
}

static void assert_revoked(struct fixture *f, const char *expected)
{
    struct store_connection *connection = fixture_read(f);
    char text[4096] = "";

    assert_int_equal(certificate_store_each(connection, see_revoked, text, NULL), 0);
    store_read_end(f->store, connection);
    assert_string_equal(text, expected);
}

static void test_is_added_once(void **state)
{
    struct fixture *f = *state;
    struct certificate_record record = {0};
    char text[1024] = "";
    int calls = 0;
    int64_t met = 0;

    APPLY(f, {ADD, "0a", MAC_1, "f1", "", 5, 1}, {ADD, "0a", MAC_1, "f1", "", 6, 0},
        {ADD, "0b", MAC_1, "f2", "", 7, 1}, {ADD, "0c", "", "f3", "", 8, 1});

    struct store_connection *connection = fixture_read(f);

    assert_int_equal(certificate_store_each_with(connection, "0a", copy, &record, NULL), 7);
    assert_string_equal(record.mac, MAC_1);
    assert_string_equal(record.common_name, "name");
    assert_string_equal(record.unit, "unit");
    assert_true(record.is_server);
    assert_int_equal(record.not_before_ms, 10);
    assert_int_equal(record.not_after_ms, 20);
    assert_int_equal(record.known_at_ms, 5);
    assert_int_equal(record.origin, CERTIFICATE_SEEN);
    assert_int_equal(record.revoked_at_ms, 0);
    assert_int_equal(certificate_store_each_with(connection, "0c", copy, &record, NULL), 7);
    assert_string_equal(record.mac, "");
    assert_int_equal(certificate_store_each_with(connection, "0d", copy, &record, NULL), 0);
    assert_int_equal(certificate_store_get(connection, "0b", &record, NULL), 0);
    assert_string_equal(record.fingerprint, "f2");
    assert_int_equal(certificate_store_get(connection, "0d", &record, NULL), ERR_NOT_FOUND);
    assert_int_equal(certificate_store_has(connection, "0a", "f1", NULL), 1);
    assert_int_equal(certificate_store_has(connection, "0a", "f2", NULL), 0);
    assert_int_equal(certificate_store_each_of(connection, MAC_1, see, text, NULL), 0);
    assert_string_equal(text, "0b/f2/" MAC_1 "/@0 0a/f1/" MAC_1 "/@0 ");
    assert_int_equal(certificate_store_each_of(connection, "nobody", see, text, NULL), 0);
    assert_int_equal(certificate_store_each_of(connection, MAC_1, stop, &calls, NULL), 7);
    assert_int_equal(certificate_store_each(connection, stop, &calls, NULL), 7);
    assert_int_equal(calls, 2);
    assert_int_equal(certificate_store_count_met(connection, MAC_1, &met, NULL), 0);
    assert_int_equal(met, 2);
    assert_int_equal(certificate_store_count_met(connection, "nobody", &met, NULL), 0);
    assert_int_equal(met, 0);
    store_read_end(f->store, connection);
    assert_revoked(f, "");
}

// By its serial: known or not, and of whichever CA.
static void test_revokes_a_serial(void **state)
{
    struct fixture *f = *state;

    APPLY(f, {ADD, "0a", MAC_1, "f1", "", 5, 1}, {ADD, "0b", MAC_2, "f2", "", 5, 1},
        {REVOKE, "0a", "", "", HOLD, 50, 1}, {REVOKE, "0a", "", "", HOLD, 51, 0},
        {REVOKE, "0c", "", "", COMPROMISE, 52, 1}, {REVOKE, "0c", "", "", "superseded", 53, 0});
    assert_revoked(f, "0a/f1/" MAC_1 "/" HOLD "@50 0c///" COMPROMISE "@52 ");
    // Met later, it is revoked already; a hold can become more.
    APPLY(f, {ADD, "0c", MAC_3, "f3", "", 60, 1}, {ADD, "0a", MAC_3, "f4", "", 61, 1},
        {REVOKE, "0a", "", "", COMPROMISE, 62, 2}, {REVOKE, "0a", "", "", HOLD, 63, 0});
    assert_revoked(f, "0a/f1/" MAC_1 "/" COMPROMISE "@62 0a/f4/" MAC_3 "/" COMPROMISE
                      "@62 0c/f3/" MAC_3 "/" COMPROMISE "@52 ");
}

// With its device: another CA's certificate of the same serial is somebody else's.
static void test_revokes_with_the_device(void **state)
{
    struct fixture *f = *state;

    APPLY(f, {ADD, "0a", MAC_1, "f1", "", 5, 1}, {ADD, "0b", MAC_1, "f2", "", 5, 1},
        {ADD, "0a", MAC_2, "f3", "", 5, 1}, {REVOKE, "0b", "", "", HOLD, 40, 1},
        {REVOKE_DEVICE, MAC_1, "", "", HOLD, 50, 1}, {REVOKE_DEVICE, MAC_1, "", "", HOLD, 51, 0},
        {ADD, "0a", MAC_3, "f4", "", 52, 1});
    assert_revoked(f, "0a/f1/" MAC_1 "/" HOLD "@50 0b/f2/" MAC_1 "/" HOLD "@40 ");
    // What was held for itself is not released with the device.
    APPLY(f, {RELEASE_DEVICE, MAC_1, "", "", "", 0, 1}, {RELEASE_DEVICE, MAC_1, "", "", "", 0, 0});
    assert_revoked(f, "0b/f2/" MAC_1 "/" HOLD "@40 ");
    APPLY(f, {REVOKE_DEVICE, MAC_1, "", "", COMPROMISE, 60, 2},
        {REVOKE_DEVICE, MAC_1, "", "", HOLD, 61, 0}, {RELEASE_DEVICE, MAC_1, "", "", "", 0, 0});
    assert_revoked(f, "0a/f1/" MAC_1 "/" COMPROMISE "@60 0b/f2/" MAC_1 "/" COMPROMISE "@60 ");
    APPLY(f, {REVOKE_DEVICE, "nobody", "", "", HOLD, 0, ERR_INVALID},
        {RELEASE_DEVICE, "nobody", "", "", "", 0, ERR_INVALID});
}

// Held with its device and then for itself, it stays held without the device.
static void test_held_for_itself_later(void **state)
{
    struct fixture *f = *state;

    APPLY(f, {ADD, "0a", MAC_1, "f1", "", 5, 1}, {REVOKE_DEVICE, MAC_1, "", "", HOLD, 50, 1},
        {REVOKE, "0a", "", "", HOLD, 51, 1}, {RELEASE_DEVICE, MAC_1, "", "", "", 0, 0});
    assert_revoked(f, "0a/f1/" MAC_1 "/" HOLD "@51 ");
}

static int revoke_older(struct store_connection *connection, void *ctx, struct err *err)
{
    return certificate_store_revoke_device(connection,
        &(struct certificate_store_wish){MAC_1, 51, COMPROMISE, *(const int64_t *)ctx}, err);
}

// One that began later is the device's new one.
static void test_by_the_beginning(void **state)
{
    struct fixture *f = *state;

    APPLY(f, {ADD, "0a", MAC_1, "f1", "", 5, 1});
    assert_int_equal(store_write(f->store, revoke_older, &(int64_t){10}, NULL), 0);
    assert_revoked(f, "");
    assert_int_equal(store_write(f->store, revoke_older, &(int64_t){11}, NULL), 1);
    assert_revoked(f, "0a/f1/" MAC_1 "/" COMPROMISE "@51 ");
}

static void assert_listed(struct fixture *f, const char *listed, const char *fresh)
{
    struct store_connection *connection = fixture_read(f);
    char text[2048] = "";

    assert_int_equal(certificate_store_each_listed(connection, see_serial, text, NULL), 0);
    assert_string_equal(text, listed);
    text[0] = '\0';
    assert_int_equal(certificate_store_each_fresh(connection, see, text, NULL), 0);
    store_read_end(f->store, connection);
    assert_string_equal(text, fresh);
}

static int put_device(struct store_connection *connection, void *ctx, struct err *err)
{
    return revocation_store_put(connection, ctx, err);
}

// What of them is in the list by its serial, or may have to be.
static void test_for_the_list(void **state)
{
    struct fixture *f = *state;
    struct device_revocation device = {MAC_1, 50, COMPROMISE, 0, 10};
    int calls = 0;

    APPLY(f, {ADD, "0b", MAC_1, "f1", "", 5, 1}, {ADD, "0a", MAC_2, "f2", "", 5, 1},
        {ADD, "0c", MAC_2, "f3", "", 5, 1}, {ADD, "0c", MAC_3, "f4", "", 5, 1},
        {REVOKE, "0c", "", "", HOLD, 40, 2}, {REVOKE, "0a", "", "", HOLD, 40, 1},
        {REVOKE_DEVICE, MAC_1, "", "", COMPROMISE, 50, 1});
    fixture_write(f, put_device, &device);
    assert_listed(f, "0a 0c 0c ", ""); // its device's entry shuts the other one out
    device.readmitted_at_ms = 60;
    fixture_write(f, put_device, &device);
    assert_listed(f, "0a 0c 0c ", "0b/f1/" MAC_1 "/" COMPROMISE "@50 "); // both begin at 10
    device.before_ms = 11;
    fixture_write(f, put_device, &device);
    assert_listed(f, "0a 0c 0c ", "");
    device.before_ms = 9;
    fixture_write(f, put_device, &device);

    struct store_connection *connection = fixture_read(f);

    assert_int_equal(certificate_store_each_listed(connection, stop_serial, &calls, NULL), 7);
    assert_int_equal(certificate_store_each_fresh(connection, stop, &calls, NULL), 7);
    assert_int_equal(calls, 2);
    store_read_end(f->store, connection);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_is_added_once),
        TEST(test_revokes_a_serial),
        TEST(test_revokes_with_the_device),
        TEST(test_held_for_itself_later),
        TEST(test_by_the_beginning),
        TEST(test_for_the_list),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
