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
    assert_int_equal(broker_options_set(&options, "cafile", "/ca", &err), 0);
    assert_int_equal(broker_options_check(&options, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "plugin_opt_revocations"));
    assert_int_equal(broker_options_set(&options, "revocations", "/list", &err), 0);
    assert_int_equal(broker_options_check(&options, &err), 0);
    assert_null(options.sessions); // that may be missing
    assert_int_equal(broker_options_set(&options, "sessions", "/sessions", &err), 0);
    assert_int_equal(broker_options_set(&options, "daemon", "hub", &err), 0);
    assert_int_equal(broker_options_check(&options, &err), 0);
    assert_string_equal(options.ca_file, "/ca");
    assert_string_equal(options.revocations, "/list");
    assert_string_equal(options.sessions, "/sessions");
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
        {"subscriptions", "x", "plugin_opt_subscriptions: subscriptions must be a number from "},
        {"cafil", "x",
            "plugin_opt_cafil: there is no such option; there are cafile revocations sessions "
            "daemon role messages_"},
        {"", "x", "plugin_opt_: there is no such option"},
        {"Daemon", "x", "plugin_opt_Daemon: there is no such option"},
        {"subscriptions", "", "plugin_opt_subscriptions: subscriptions must be a number from "},
        {"role", "Tester write #", "plugin_opt_role: \"Tester\" is not a role: give 1 to 32 lower"},
        {"role", "1st write #", "plugin_opt_role: \"1st\" is not a role"},
        {"role", "a.b write #", "plugin_opt_role: \"a.b\" is not a role"},
        {"role", "tester Write #", "plugin_opt_role: 'Write' is neither read, write nor unb"},
        {"role", "device write #", "plugin_opt_role: \"device\" is a role that cannot be given"},
        {"role", "daemon unbounded", "plugin_opt_role: \"daemon\" is a role that cannot be given"},
        {"role", "abcdef012345 write #",
            "plugin_opt_role: \"abcdef012345\" contains the name of a d"},
        {"role", "secureespd write #", "plugin_opt_role: \"secureespd\" is the daemon's name"},
        {"role", "tester write /broker/#", "plugin_opt_role: no role may write '/broker/#'"},
        {"role", "tester write /broker", "plugin_opt_role: no role may write '/broker'"},
        {"role", "tester write /broker/limit/+",
            "plugin_opt_role: no role may write '/broker/limit/+'"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err err = {0};

        assert_true(broker_options_set(&options, rows[i].key, rows[i].value, &err) < 0);
        assert_memory_equal(err.message, rows[i].message, strlen(rows[i].message));
    }
}

// Each is given once.
static void test_twice(void **state)
{
    static const struct {
        const char *key;
        const char *value;
        const char *message; // NULL: it may be
    } rows[] = {
        {"cafile", "/ca", "plugin_opt_cafile: it is given twice"},
        {"revocations", "/list", "plugin_opt_revocations: it is given twice"},
        {"sessions", "/s", "plugin_opt_sessions: it is given twice"},
        {"daemon", "hub", "plugin_opt_daemon: it is given twice"},
        {"bytes_burst", "1000000", "plugin_opt_bytes_burst: it is given twice"},
        {"messages_burst", "7", "plugin_opt_messages_burst: it is given twice"},
        {"role", "tester read a", "plugin_opt_role: this rule is given twice"},
        {"role", "tester write a", "plugin_opt_role: this rule is given twice"},
        {"role", "tester unbounded", "plugin_opt_role: this is given twice"},
    };

    (void)state;
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            struct err err = {0};
            int rc = broker_options_set(&options, rows[i].key, rows[i].value, &err);

            assert_int_equal(rc, round == 0 ? 0 : ERR_CONFLICT);
            if (round == 1)
                assert_string_equal(err.message, rows[i].message);
        }
    }
}

// What fits no other.
static void test_check(void **state)
{
    static const struct {
        const char *key;
        const char *value;
        const char *message; // NULL: all is well
    } rows[] = {
        {"daemon", "hub", NULL},
        {"daemon", "84f3eb000001", "plugin_opt_daemon: '84f3eb000001' is a device's name"},
        {"daemon", "84:F3:EB:00:00:01", "plugin_opt_daemon: '84:F3:EB:00:00:01' is a device's"},
        {"daemon", "a b", "plugin_opt_daemon: 'a b' cannot be a client's common name"},
        {"daemon", "a/b", "plugin_opt_daemon: 'a/b' cannot be a client's common name"},
        {"daemon", "", "plugin_opt_daemon is missing: the daemon's name"},
        {"daemon", "monitor", "plugin_opt_daemon: 'monitor' is a role's name"},
        {"daemon", "tester", "plugin_opt_daemon: 'tester' is a role's name"},
        {"bytes_burst", "8191", "plugin_opt_bytes_burst is less than plugin_opt_payload_bytes"},
        {"bytes_burst", "8192", NULL},
        {"cafile", "", "plugin_opt_cafile is missing: the CA's file"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err err = {0};
        int rc;

        tear_down(state);
        assert_int_equal(set_up(state), 0);
        if (strcmp(rows[i].key, "cafile") != 0)
            assert_int_equal(broker_options_set(&options, "cafile", "/ca", &err), 0);
        assert_int_equal(broker_options_set(&options, "revocations", "/list", &err), 0);
        assert_int_equal(broker_options_set(&options, rows[i].key, rows[i].value, &err), 0);
        assert_int_equal(broker_options_set(&options, "role", "tester write a", &err), 0);
        rc = broker_options_check(&options, &err);
        if ((rc == 0) != (rows[i].message == NULL) ||
            (rc < 0 && strncmp(err.message, rows[i].message, strlen(rows[i].message)) != 0))
            fail_msg("row %zu: %s", i, err.message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_set, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bad, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_twice, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_check, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
