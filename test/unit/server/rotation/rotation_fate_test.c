// Who would be lost, and that each of them is named.
#include "server/rotation/rotation_fate.h"

#include "server/store/rotation_store.h"
#include "test/unit/server/store/store_fixture.h"

static struct rotation_fate fate_of(
    enum rotation_phase phase, enum rotation_holds holds, bool is_left, bool is_revoked)
{
    struct rotation_device device = {.holds = holds, .is_left = is_left};
    struct rotation_fate fate = {.device = &device, .is_revoked = is_revoked};

    rotation_fate_judge(phase, &fate);
    fate.device = NULL;
    return fate;
}

static void test_judges(void **state)
{
    (void)state;
    static const bool lost[ROTATION_PHASE_COUNT][ROTATION_HOLDS_COUNT] = {
        [ROTATION_TRUST] = {true, false, false, false},
        [ROTATION_CERTIFICATES] = {true, true, false, false},
        [ROTATION_ABORTING] = {false, false, true, true},
    };

    for (unsigned phase = 0; phase < ROTATION_PHASE_COUNT; phase++) {
        for (unsigned holds = 0; holds < ROTATION_HOLDS_COUNT; holds++) {
            assert_int_equal(fate_of(phase, holds, false, false).is_lost, lost[phase][holds]);
            assert_false(fate_of(phase, holds, true, false).is_lost);
            assert_false(fate_of(phase, holds, false, true).is_lost);
            assert_non_null(fate_of(phase, holds, false, false).text);
        }
    }
    assert_string_equal(fate_of(ROTATION_LAST, ROTATION_HOLDS_NEW, false, false).text,
        "stays, but trusts the old CA, too");
    assert_string_equal(
        fate_of(ROTATION_TRUST, ROTATION_HOLDS_OLD, true, false).text, "is given up");
    assert_string_equal(fate_of(ROTATION_TRUST, ROTATION_HOLDS_OLD, true, true).text, "is revoked");
}

static int add_ten(struct store_connection *connection, void *ctx, struct err *err)
{
    struct rotation_device device = {.holds = ROTATION_HOLDS_OLD};
    int rc = 0;

    (void)ctx;
    for (int i = 0; i < 10 && rc == 0; i++) {
        snprintf(device.mac, sizeof device.mac, "84f3eb00000%u", (unsigned)i % 10);
        rc = rotation_store_put_device(connection, &device, err);
    }
    return rc;
}

static void test_names(void **state)
{
    struct fixture *f = *state;
    struct store_connection *connection = fixture_read(f);
    struct err err = {0};
    size_t count = 1;

    assert_int_equal(rotation_fate_check(connection, ROTATION_TRUST, &count, &err), 0);
    assert_int_equal(count, 0);
    store_read_end(f->store, connection);
    fixture_write(f, add_ten, NULL);
    connection = fixture_read(f);
    assert_int_equal(rotation_fate_check(connection, ROTATION_TRUST, &count, &err), ERR_CONFLICT);
    assert_int_equal(count, 10);
    assert_string_equal(err.message,
        "10 devices would be lost: 84f3eb000000 84f3eb000001 84f3eb000002 84f3eb000003 "
        "84f3eb000004 84f3eb000005 84f3eb000006 84f3eb000007 ...");
    assert_int_equal(rotation_fate_check(connection, ROTATION_LAST, &count, &err), 0);
    store_read_end(f->store, connection);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_judges),
        TEST(test_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
