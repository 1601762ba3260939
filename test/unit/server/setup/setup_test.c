// Steps, and what decides them.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/setup/setup.h"
#include "server/setup/setup_config.h"
#include "server/setup/setup_pair.h"
#include "server/setup/setup_service.h"

static struct err err;
static char said[1024];
static bool is_done;
static int fails;

static int look(const struct setup *setup, struct setup_finding *finding, struct err *out)
{
    (void)setup;
    (void)out;
    return setup_find(finding, is_done ? SETUP_KEPT : SETUP_CREATED, "it");
}

static int act(const struct setup *setup, struct setup_finding *finding, struct err *out)
{
    (void)setup;
    (void)finding;
    if (fails < 0)
        return err_set(out, fails, "no room");
    is_done = true;
    return 0;
}

static void say(const struct setup *setup, const struct setup_finding *finding)
{
    (void)setup;
    snprintf(said + strlen(said), sizeof said - strlen(said), "%d %.8s;", (int)finding->what,
        finding->text);
}

static const struct setup_step steps[] = {
    {"one", look, act}, {"two", look, act}, {NULL, NULL, NULL}};

static void test_steps(void **state)
{
    struct setup setup = {.is_dry = true};

    (void)state;
    assert_int_equal(setup_run(&setup, steps, say, &err), 0);
    assert_string_equal(said, "1 it;1 it;");
    assert_int_equal(setup.pending, 2);
    assert_false(is_done);

    setup = (struct setup){0};
    fails = ERR_IO;
    said[0] = '\0';
    assert_int_equal(setup_run(&setup, steps, say, &err), ERR_IO);
    assert_string_equal(err.message, "one: no room");
    assert_string_equal(said, "");

    fails = 0;
    assert_int_equal(setup_run(&setup, steps, say, &err), 0);
    assert_string_equal(said, "1 it;0 it;");
}

static void test_pair(void **state)
{
    static const struct {
        struct setup_pair_facts facts;
        enum setup_pair_need need;
    } rows[] = {
        {{false, false, false, false, false}, SETUP_PAIR_BOTH},
        {{false, true, false, false, false}, SETUP_PAIR_BOTH},
        {{true, false, false, false, false}, SETUP_PAIR_CERTIFICATE},
        {{true, true, false, true, true}, SETUP_PAIR_HELP},
        {{true, true, true, false, true}, SETUP_PAIR_CERTIFICATE},
        {{true, true, true, true, false}, SETUP_PAIR_CERTIFICATE},
        {{true, true, true, true, true}, SETUP_PAIR_NOTHING},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(setup_pair_decide(&rows[i].facts), rows[i].need);
}

#define OPERATOR "\n[operator]\nport = 9443\n"

static void check_config(const char *before, const char *expected)
{
    char changes[256];
    char *after = setup_config_complete(before, "h.example", changes, sizeof changes);

    assert_non_null(after);
    assert_string_equal(after, expected);
    assert_int_equal(changes[0] == '\0', strcmp(before, after) == 0);
    free(after);
    after = setup_config_complete(expected, "other.example", changes, sizeof changes);
    assert_non_null(after);
    assert_string_equal(after, expected); // what is set stays
    free(after);
}

static void test_config(void **state)
{
    char small[8];

    (void)state;
    check_config("[config.json]\ndownloadserver = localhost ; us\nmqttserver = b.example\n",
        "[config.json]\ndownloadserver = h.example ; us\nmqttserver = b.example\n" OPERATOR);
    check_config("[config.json]\nmqttport = 8883\n",
        "[config.json]\nmqttport = 8883\ndownloadserver = "
        "h.example\nmqttserver = h.example\n" OPERATOR);
    free(setup_config_complete("", "h.example", small, sizeof small));
    assert_int_equal(strlen(small), sizeof small - 1);

    assert_true(setup_config_loads_plugin("a\nplugin /x/secureesp_broker.so\n"));
    assert_true(setup_config_loads_plugin("plugin /x/secureesp_broker.so"));
    assert_false(setup_config_loads_plugin("#plugin /x/secureesp_broker.so\n"));
    assert_false(setup_config_loads_plugin("plugin /x/other.so\nx secureesp_broker.so\n"));
    assert_false(setup_config_loads_plugin(""));
}

static void test_service(void **state)
{
    struct setup_service_state service;

    (void)state;
    setup_service_parse(
        "UnitFileState=enabled\nActiveState=active\nActiveEnterTimestamp=@100\n", &service);
    assert_true(service.is_enabled && service.is_active && service.started_s == 100);
    assert_null(setup_service_decide(&service, 99999));
    assert_non_null(setup_service_decide(&service, 100000)); // in the same second
    assert_non_null(setup_service_decide(&service, 101000));
    setup_service_parse(
        "UnitFileState=disabled\nActiveState=active\nActiveEnterTimestamp=@100\n", &service);
    assert_string_equal(setup_service_decide(&service, 0), "enabled and started");
    setup_service_parse(
        "UnitFileState=enabled\nActiveState=activating\nActiveEnterTimestamp=\n", &service);
    assert_string_equal(setup_service_decide(&service, 0), "started");
    setup_service_parse("", &service);
    assert_false(service.is_enabled || service.is_active || service.started_s != 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_pair),
        cmocka_unit_test(test_config),
        cmocka_unit_test(test_service),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
