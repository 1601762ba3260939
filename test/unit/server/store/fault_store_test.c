// What could not be read of devices' payloads, in the database.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "server/store/fault_store.h"
#include "test/unit/server/store/store_fixture.h"

struct addition {
    const char *mac;
    struct device_fault fault;
};

static int add(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct addition *addition = ctx;

    return fault_store_add(connection, addition->mac, &addition->fault, err);
}

static int see(const struct device_fault *fault, void *ctx)
{
    char *text = ctx;

    snprintf(text + strlen(text), 512, "%s:%lld@%lld %lld+%lld %s '%s' ", fault->topic,
        (long long)fault->count, (long long)fault->at_ms, (long long)fault->position,
        (long long)fault->more, fault->reason, fault->excerpt);
    return 0;
}

static int stop(const struct device_fault *fault, void *ctx)
{
    (void)fault;
    ++*(int *)ctx;
    return 7;
}

static void assert_faults(struct fixture *f, const char *mac, const char *expected)
{
    struct store_connection *connection = fixture_read(f);
    char text[2048] = "";

    assert_int_equal(fault_store_each(connection, mac, see, text, NULL), 0);
    store_read_end(f->store, connection);
    assert_string_equal(text, expected);
}

// One row for each topic: the last fault and how many payloads.
static void test_counts_by_topic(void **state)
{
    static struct addition additions[] = {
        {MAC_1, {"status", 99, 5, 8, 0, "no JSON value", "nan"}},
        {MAC_1, {"event", 99, 6, 1, 2, "cut off", ""}},
        {MAC_2, {"status", 99, 7, 0, 0, "empty", ""}},
        {MAC_1, {"status", 99, 8, 9, 1, "invalid UTF-8", "\\xfc"}},
    };
    struct fixture *f = *state;
    struct store_connection *connection;
    int calls = 0;

    fixture_add_device(f, MAC_1);
    fixture_add_device(f, MAC_2);
    for (size_t i = 0; i < sizeof additions / sizeof additions[0]; i++)
        fixture_write(f, add, &additions[i]);
    assert_faults(f, MAC_1, "status:2@8 9+1 invalid UTF-8 '\\xfc' event:1@6 1+2 cut off '' ");
    assert_faults(f, MAC_2, "status:1@7 0+0 empty '' ");
    assert_faults(f, MAC_3, "");
    assert_faults(f, "nobody", "");
    connection = fixture_read(f);
    assert_int_equal(fault_store_each(connection, MAC_1, stop, &calls, NULL), 7);
    assert_int_equal(fault_store_add(connection, "nobody", &additions[0].fault, NULL), ERR_INVALID);
    store_read_end(f->store, connection);
    assert_int_equal(calls, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_counts_by_topic),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
