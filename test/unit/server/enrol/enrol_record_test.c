// A certificate that was made: known in any case, given away only if that still holds.
#include "test/unit/server/enrol/enrol_fixture.h"

static int64_t known(struct fixture *f)
{
    return fixture_query(f, "SELECT count(*) FROM certificates WHERE origin = 4");
}

static struct enrol_judge decided(struct fixture *f)
{
    struct enrol_judge it = ask_for(MAC_1, KEY_A);

    add_row(f, MAC_1, ENROLMENT_APPROVED, KEY_A);
    assert_int_equal(judge(f, &it), ENROL_SIGN);
    return it;
}

static int remove_row(struct store_connection *connection, void *ctx, struct err *err)
{
    return enrolment_store_remove(connection, ctx, err);
}

static void test_enrolled(void **state)
{
    struct fixture *f = *state;
    struct enrol_judge it = decided(f);
    struct store_connection *connection;
    uint8_t *der;
    size_t n;

    fixture_add_device(f, MAC_1);
    assert_true(record_certificate(f, &it, 0x11));
    assert_int_equal(known(f), 1);
    assert_int_equal(row_of(f, MAC_1).state, ENROLMENT_ENROLLED);
    assert_string_equal(row_of(f, MAC_1).serial, "11");
    assert_string_equal(row_of(f, MAC_1).decided_by, "uid 5");
    assert_int_equal(count_events(f, MAC_1), 1);
    connection = fixture_read(f);
    assert_int_equal(enrolment_store_get_certificate(connection, MAC_1, &der, &n, NULL), 0);
    store_read_end(f->store, connection);
    assert_int_equal(n, 3);
    free(der);
}

static void test_withdrawn(void **state)
{
    struct fixture *f = *state;
    struct enrol_judge it = decided(f);

    add_row(f, MAC_1, ENROLMENT_REJECTED, KEY_A);
    assert_false(record_certificate(f, &it, 0x11));
    assert_int_equal(known(f), 1);
    assert_int_equal(row_of(f, MAC_1).state, ENROLMENT_REJECTED);
    add_row(f, MAC_1, ENROLMENT_APPROVED, KEY_B);
    assert_false(record_certificate(f, &it, 0x12));
    fixture_write(f, remove_row, (void *)MAC_1);
    assert_false(record_certificate(f, &it, 0x13));
    assert_string_equal(row_of(f, MAC_1).mac, "");
    assert_int_equal(known(f), 3);
}

static void test_revoked_meanwhile(void **state)
{
    struct fixture *f = *state;
    struct enrol_judge it = decided(f);

    change(f, revocation_change_revoke, MAC_1, REVOCATION_REASON_USUAL);
    assert_false(record_certificate(f, &it, 0x11));
    assert_int_equal(row_of(f, MAC_1).state, ENROLMENT_APPROVED);
}

// A device that was never enrolled here has a row from then on.
static void test_renewal(void **state)
{
    struct fixture *f = *state;
    struct enrol_judge it = ask_for(MAC_2, KEY_A);

    it.own = "77";
    it.claim = "";
    assert_int_equal(judge(f, &it), ENROL_SIGN);
    assert_string_equal(row_of(f, MAC_2).mac, "");
    assert_true(record_certificate(f, &it, 0x11));
    assert_int_equal(row_of(f, MAC_2).state, ENROLMENT_ENROLLED);
    assert_string_equal(row_of(f, MAC_2).decided_by, "renewal");
    assert_int_equal(row_of(f, MAC_2).tries, 1);
    add_row(f, MAC_2, ENROLMENT_REJECTED, "");
    assert_false(record_certificate(f, &it, 0x12));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_enrolled),
        TEST(test_withdrawn),
        TEST(test_revoked_meanwhile),
        TEST(test_renewal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
