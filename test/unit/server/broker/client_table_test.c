// Tests of the identities that the broker has seen.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>

#include "server/broker/client_table.h"

static struct client_table *table;

static int set_up(void **state)
{
    (void)state;
    return client_table_new(&table);
}

static int tear_down(void **state)
{
    (void)state;
    client_table_free(table);
    return 0;
}

static struct client *get(const char *name)
{
    struct identity identity = {.role = ACCESS_TABLE_MONITOR};
    struct client *client;

    snprintf(identity.name, sizeof identity.name, "%s", name);
    assert_int_equal(client_table_get(table, &identity, &client), 0);
    return client;
}

static void count(struct client *client, void *ctx)
{
    (void)client;
    ++*(size_t *)ctx;
}

// More than there are places, so that some share one.
static void test_names(void **state)
{
    enum { CLIENTS = 200000 };
    char name[16];
    size_t n = 0;

    (void)state;
    assert_null(client_table_find(table, "c0"));
    for (int i = 0; i < CLIENTS; i++) {
        snprintf(name, sizeof name, "c%d", i);
        get(name)->connections = (unsigned)i;
    }
    for (int i = 0; i < CLIENTS; i++) {
        snprintf(name, sizeof name, "c%d", i);
        assert_int_equal(client_table_find(table, name)->connections, i);
        assert_ptr_equal(client_table_find(table, name), get(name));
    }
    assert_null(client_table_find(table, "c200000"));
    client_table_each(table, count, &n);
    assert_int_equal(n, CLIENTS);
}

static void test_client_ids(void **state)
{
    char client_id[16];

    (void)state;
    assert_null(client_table_find_client_id(table, "x"));
    for (int i = 0; i < 100000; i++) {
        snprintf(client_id, sizeof client_id, "c%d", i);
        assert_int_equal(client_table_bind(table, get(client_id), client_id), 0);
    }
    for (int i = 0; i < 100000; i += 2)
        client_table_unbind(
            table, get((snprintf(client_id, sizeof client_id, "c%d", i), client_id)));
    for (int i = 0; i < 100000; i++) {
        snprintf(client_id, sizeof client_id, "c%d", i);
        assert_ptr_equal(client_table_find_client_id(table, client_id),
            i % 2 == 0 ? NULL : client_table_find(table, client_id));
    }
    // another in place of the one before
    assert_int_equal(client_table_bind(table, get("c1"), "new"), 0);
    assert_int_equal(client_table_bind(table, get("c1"), "new"), 0);
    assert_null(client_table_find_client_id(table, "c1"));
    assert_ptr_equal(client_table_find_client_id(table, "new"), get("c1"));
    client_table_unbind(table, get("c1"));
    client_table_unbind(table, get("c1"));
    assert_null(get("c1")->client_id);
}

static void test_waiting(void **state)
{
    (void)state;
    assert_null(client_table_next_waiting(table));
    client_table_wait(table, get("a"));
    client_table_wait(table, get("b"));
    client_table_wait(table, get("a"));
    assert_int_equal(client_table_count_waiting(table), 2);
    assert_ptr_equal(client_table_next_waiting(table), get("a"));
    client_table_wait(table, get("a"));
    assert_ptr_equal(client_table_next_waiting(table), get("b"));
    assert_ptr_equal(client_table_next_waiting(table), get("a"));
    assert_null(client_table_next_waiting(table));
    assert_int_equal(client_table_count_waiting(table), 0);
    client_table_wait(table, get("b"));
    assert_ptr_equal(client_table_next_waiting(table), get("b"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_names, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_client_ids, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_waiting, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
