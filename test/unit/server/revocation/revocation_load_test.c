// Who is shut out, from the database to the list.
#include "server/revocation/revocation_load.h"

#include "server/store/revocation_store.h"
#include "test/unit/server/revocation/change_fixture.h"

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
    assert_non_null(strstr(err.message, "have the same serial 01"));
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

static int put_device(struct store_connection *connection, void *ctx, struct err *err)
{
    return revocation_store_put(connection, ctx, err);
}

static void put(struct fixture *f, const char *mac, int64_t readmitted_at_ms, int64_t before_ms)
{
    struct device_revocation revocation = {.revoked_at_ms = 5,
        .reason = COMPROMISE,
        .readmitted_at_ms = readmitted_at_ms,
        .before_ms = before_ms};

    memcpy(revocation.mac, mac, MAC_SIZE);
    fixture_write(f, put_device, &revocation);
}

static int set_number(struct store_connection *connection, void *ctx, struct err *err)
{
    return revocation_store_set_number(connection, *(const int64_t *)ctx, err);
}

// Each kind of device, and the number.
static void test_devices(void **state)
{
    struct fixture *f = *state;
    struct revocation_list *list;

    fixture_write(f, set_number, &(int64_t){17});
    put(f, MAC_1, 0, 9);   // revoked: all of it
    put(f, MAC_2, 6, 100); // in again, but not with all
    put(f, MAC_3, 6, 0);   // in again, after a hold
    list = load(f);
    assert_int_equal(revocation_list_number(list), 17);
    assert_int_equal(revocation_list_count(list), 2);
    assert_true(revocation_list_has_device(list, MAC_1, INT64_MAX));
    assert_true(revocation_list_has_device(list, MAC_2, 99));
    assert_false(revocation_list_has_device(list, MAC_2, 100));
    assert_false(revocation_list_has_device(list, MAC_3, 0));
    revocation_list_free(list);
}

// One that is shut out with its device is named by no serial of its own: 100,000 of them would be.
static void test_certificates_of_who_is_out(void **state)
{
    struct fixture *f = *state;

    add_certificate(f, "0a", MAC_1, 5);
    add_certificate(f, "0b", MAC_1, clock_system_ms() + HOUR_MS);
    shut_out(f, MAC_1, COMPROMISE);
    assert_list(f, "device " MAC_1 " all; ");
    add_certificate(f, "0c", MAC_2, 5); // but who wants one out by its serial gets that
    apply(f, revocation_change_revoke_certificate, "0c", COMPROMISE);
    shut_out(f, MAC_2, COMPROMISE);
    assert_list(f, "serial 0c; device " MAC_1 " all; device " MAC_2 " all; ");
}

// The latest time that there is cannot be reached up to: then it is named.
static void test_one_that_begins_at_the_end_of_time(void **state)
{
    struct fixture *f = *state;
    struct revocation_list *list;

    add_certificate_of(f, "0a", MAC_1, INT64_MAX - 2, CERTIFICATE_SEEN);
    add_certificate_of(f, "0b", MAC_2, INT64_MAX - 1, CERTIFICATE_SEEN);
    for (int i = 0; i < 2; i++) {
        shut_out(f, i == 0 ? MAC_1 : MAC_2, COMPROMISE);
        let_in(f, i == 0 ? MAC_1 : MAC_2);
    }
    list = load(f);
    assert_false(revocation_list_has_serial(list, "0a"));
    assert_true(revocation_list_has_device(list, MAC_1, INT64_MAX - 2));
    assert_false(revocation_list_has_device(list, MAC_1, INT64_MAX - 1)); // not all of it
    assert_true(revocation_list_has_serial(list, "0b"));
    revocation_list_free(list);
}

static void test_a_database_that_fails(void **state)
{
    static const char *const breaks[] = {"ALTER TABLE progress RENAME TO away",
        "ALTER TABLE device_revocations RENAME TO away", "ALTER TABLE certificates RENAME TO away"};
    static const char *const mends[] = {"ALTER TABLE away RENAME TO progress",
        "ALTER TABLE away RENAME TO device_revocations", "ALTER TABLE away RENAME TO certificates"};
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof breaks / sizeof breaks[0]; i++) {
        struct revocation_list *list = NULL;
        struct err err = {0};

        fixture_query(f, breaks[i]);

        struct store_connection *connection = fixture_read(f);

        assert_int_equal(revocation_load(connection, &list, &err), ERR_IO);
        store_read_end(f->store, connection);
        assert_null(list);
        assert_true(err.message[0] != '\0');
        fixture_query(f, mends[i]);
    }
    assert_list(f, "");
}

// More than a list may have: nobody is left out of it in silence.
static void test_too_many(void **state)
{
    struct fixture *f = *state;
    struct revocation_list *list = NULL;
    struct err err = {0};

    fixture_query(f,
        "WITH RECURSIVE i(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM i WHERE x < 1000001)"
        " INSERT INTO device_revocations SELECT x, 5, 'keyCompromise', 0, 0 FROM i");

    struct store_connection *connection = fixture_read(f);

    assert_int_equal(revocation_load(connection, &list, &err), ERR_TOO_LARGE);
    store_read_end(f->store, connection);
    assert_non_null(strstr(err.message, "renew the CA"));
    assert_null(list);
    fixture_query(f, "DELETE FROM device_revocations WHERE device = 1");
    list = load(f);
    assert_int_equal(revocation_list_count(list), REVOCATION_LIST_MAX);
    revocation_list_free(list);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_one_serial_for_all),
        TEST(test_one_serial_for_all_and_fresh),
        TEST(test_devices),
        TEST(test_certificates_of_who_is_out),
        TEST(test_one_that_begins_at_the_end_of_time),
        TEST(test_a_database_that_fails),
        TEST(test_too_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
