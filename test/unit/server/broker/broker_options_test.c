// Tests of what the broker's configuration says to the plugin.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "server/broker/broker_options.h"

static struct broker_options options;

static int set_up(void **state)
{
    (void)state;
    return broker_options_init(&options);
}

static int tear_down(void **state)
{
    (void)state;
    broker_options_clear(&options);
    return 0;
}

static void test_set(void **state)
{
    struct err err = {0};

    (void)state;
    assert_string_equal(options.daemon, "secureespd");
    assert_int_equal(broker_options_set(&options, "cafile", "/a", &err), 0);
    assert_int_equal(broker_options_set(&options, "cafile", "/ca", &err), 0);
    assert_int_equal(broker_options_check(&options, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "plugin_opt_revocations"));
    assert_int_equal(broker_options_set(&options, "revocations", "/list", &err), 0);
    assert_int_equal(broker_options_set(&options, "daemon", "", &err), 0);
    assert_int_equal(broker_options_check(&options, &err), ERR_INVALID);
    assert_int_equal(broker_options_set(&options, "daemon", "hub", &err), 0);
    assert_int_equal(broker_options_check(&options, &err), 0);
    assert_string_equal(options.ca_file, "/ca");
    assert_string_equal(options.revocations, "/list");
    assert_string_equal(options.daemon, "hub");
    assert_int_equal(broker_options_set(&options, "role", "tester write #", &err), 0);
    assert_true(access_table_find(options.table, "tester") != ACCESS_TABLE_NONE);
    assert_int_equal(broker_options_set(&options, "subscriptions", "3", &err), 0);
    assert_int_equal(options.limits.subscriptions, 3);
}

static void test_bad(void **state)
{
    static const struct {
        const char *key;
        const char *value;
        const char *message;
    } rows[] = {
        {"role", "tester", "plugin_opt_role: expected NAME read|write FILTER, or NAME unbounded"},
        {"subscriptions", "x", "plugin_opt_subscriptions: subscriptions is no number"},
        {"cafil", "x",
            "plugin_opt_cafil: none is named so; there are cafile revocations daemon role "
            "messages_"},
        {"", "x", "plugin_opt_: none is named so"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err err = {0};

        assert_true(broker_options_set(&options, rows[i].key, rows[i].value, &err) < 0);
        assert_memory_equal(err.message, rows[i].message, strlen(rows[i].message));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_set, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bad, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
