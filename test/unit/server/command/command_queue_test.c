// Who gets commands: all but those that are shut out.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "server/command/command_queue.h"
#include "server/store/revocation_store.h"
#include "test/unit/server/store/store_fixture.h"

static int put(struct store_connection *connection, void *ctx, struct err *err)
{
    return revocation_store_put(connection, ctx, err);
}

static void test_revoked_devices_get_none(void **state)
{
    struct fixture *f = *state;
    struct device_revocation revoked = {MAC_1, 50, REVOCATION_REASON_USUAL, 0, 45};
    struct device_revocation readmitted = {MAC_2, 50, REVOCATION_REASON_USUAL, 60, 45};
    struct command_order to_one = {MAC_1, "reboot", false, NULL};
    struct command_order to_all = {NULL, "reboot", false, NULL};
    struct command_list list = {0};
    struct err err = {0};

    fixture_add_device(f, MAC_1);
    fixture_add_device(f, MAC_2);
    fixture_add_device(f, MAC_3);
    fixture_write(f, put, &revoked);
    fixture_write(f, put, &readmitted);
    assert_int_equal(command_queue_add(f->store, &to_one, &list, &err), ERR_CONFLICT);
    assert_non_null(strstr(err.message, "devices readmit " MAC_1));
    command_list_clear(&list);
    assert_int_equal(command_queue_add(f->store, &to_all, &list, &err), 0);
    assert_int_equal(list.count, 2);
    assert_string_equal(list.items[0].mac, MAC_2);
    assert_string_equal(list.items[1].mac, MAC_3);
    command_list_clear(&list);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM commands"), 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_revoked_devices_get_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
