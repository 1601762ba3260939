// Who gets commands: all but those that are shut out.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "server/command/command_queue.h"
#include "server/select/select_parse.h"
#include "server/store/mark_store.h"
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
    struct command_order to_one = {MAC_1, "reboot", false, NULL, NULL};
    struct command_order to_all = {NULL, "reboot", false, NULL, NULL};
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

static int put_mark(struct store_connection *connection, void *ctx, struct err *err)
{
    return mark_store_put(connection, MAC_1, ctx, err);
}

static void test_held_devices_get_none(void **state)
{
    struct fixture *f = *state;
    struct device_mark held = {.held_at_ms = 5, .held_by = "uid 7"};
    struct command_order to_one = {MAC_1, "reboot", false, NULL, NULL};
    struct command_order to_all = {NULL, "reboot", false, NULL, NULL};
    struct command_list list = {0};
    struct err err = {0};

    fixture_add_device(f, MAC_1);
    fixture_add_device(f, MAC_2);
    fixture_write(f, put_mark, &held);
    assert_int_equal(command_queue_add(f->store, &to_one, &list, &err), ERR_CONFLICT);
    assert_non_null(strstr(err.message, "devices unhold " MAC_1));
    command_list_clear(&list);
    assert_int_equal(command_queue_add(f->store, &to_all, &list, &err), 0);
    assert_int_equal(list.count, 1);
    assert_string_equal(list.items[0].mac, MAC_2);
    command_list_clear(&list);
}

static void test_to_those_that_meet_a_filter(void **state)
{
    struct fixture *f = *state;
    struct select_tree tree;
    struct device_filter filter = {.trees = &tree, .tree_count = 1};
    struct command_order order = {NULL, "reboot", false, &filter, NULL};
    struct command_list list = {0};
    struct err err = {0};

    fixture_add_device(f, MAC_1);
    fixture_add_device(f, MAC_2);
    assert_int_equal(select_parse("mac=" MAC_2, &tree, NULL), 0);
    assert_int_equal(command_queue_add(f->store, &order, &list, &err), 0);
    assert_int_equal(list.count, 1);
    assert_string_equal(list.items[0].mac, MAC_2);
    command_list_clear(&list);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM commands"), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

static void add_name(char text[400], char letter)
{
    char name[101];

    memset(name, letter, 100);
    name[100] = '\0';
    snprintf(text + strlen(text), 400 - strlen(text), "not name=%s ", name);
}

// The audit log names filters by their first 200 bytes: two of three names of 100.
static void test_a_long_filter_is_cut_in_the_log(void **state)
{
    struct fixture *f = *state;
    struct audit_author by = {.who = "uid 7"};
    struct select_tree tree;
    struct device_filter filter = {.trees = &tree, .tree_count = 1};
    struct command_order order = {NULL, "reboot", false, &filter, &by};
    struct command_list list = {0};
    char text[400] = "";

    fixture_add_device(f, MAC_1);
    add_name(text, 'a');
    add_name(text, 'b');
    add_name(text, 'c');
    assert_int_equal(select_parse(text, &tree, NULL), 0);
    assert_int_equal(command_queue_add(f->store, &order, &list, NULL), 0);
    command_list_clear(&list);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM audit WHERE verb = 'order'"), 1);
    assert_true(fixture_query(f, "SELECT instr(after_json, 'aa not name=bb') FROM audit") > 0);
    assert_int_equal(fixture_query(f, "SELECT instr(after_json, 'cc') FROM audit"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_revoked_devices_get_none),
        TEST(test_held_devices_get_none),
        TEST(test_to_those_that_meet_a_filter),
        TEST(test_a_long_filter_is_cut_in_the_log),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
