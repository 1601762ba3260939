// The broker's configuration beside ours.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "server/daemon/broker_check.h"

#define GOOD                                                                                       \
    "listener 8883\nplugin /x/secureesp_broker.so\nplugin_opt_revocations "                        \
    "/var/lib/secureesp/broker/revoked\n"                                                          \
    "plugin_opt_daemon secureespd\n"

static void test_text(void **state)
{
    static const struct {
        const char *text;
        const char *says; // NULL: nothing
    } rows[] = {
        {GOOD, NULL},
        {GOOD "plugin_opt_role a read #", NULL},
        {"  plugin   /x/secureesp_broker.so \r\n plugin_opt_daemon  secureespd  \r\n", NULL},
        {"plugin secureesp_broker.so", NULL}, // the broker itself says what is missing
        {GOOD "plugin /x/other.so\n", NULL},
        {"plugin /x/other.so\n" GOOD, NULL},
        {"", "loads no plugin"},
        {"plugin /x/other.so\n", "loads no plugin of ours"},
        {"plugin /x/secureesp_broker.so.old\n", "loads no plugin"},
        {"plugin /x/not_secureesp_broker.so\n", "loads no plugin"},
        {"plugin /secureesp_broker.so/x.so\n", "loads no plugin"},
        {"plugin\nsecureesp_broker.so\n", "loads no plugin"},
        {"listener 8883\n", "loads no plugin"},
        {"#plugin /x.so\n", "loads no plugin"},
        {"# plugin /x.so\nplugins /x.so\n", "loads no plugin"},
        {"plugin_opt_revocations /var/lib/secureesp/broker/revoked\n", "loads no plugin"},
        {GOOD "plugin_opt_revocations /elsewhere\n",
            "f: plugin_opt_revocations is /elsewhere, and this daemon writes the list of "
            "revoked clients to /var/lib/secureesp/broker/revoked"},
        {GOOD "plugin_opt_revocations /var/lib/secureesp/broker/revoke\n", "is /var/lib/secureesp"},
        {GOOD "plugin_opt_revocations", "plugin_opt_revocations is ,"},
        {GOOD "plugin_opt_daemon other",
            "plugin_opt_daemon is other, and client_id in [mqtt] is secureespd"},
    };
    const struct config config = {
        .state_dir = (char *)"/var/lib/secureesp", .mqtt_client_id = (char *)"secureespd"};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[BROKER_CHECK_TEXT_SIZE] = "";
        bool is_wrong = broker_check_text(rows[i].text, "f", &config, text);

        if (is_wrong != (rows[i].says != NULL) || (is_wrong && strstr(text, rows[i].says) == NULL))
            fail_msg("row %zu: \"%s\"", i, text);
    }
}

static void test_no_file(void **state)
{
    const struct config config = {0};
    char text[BROKER_CHECK_TEXT_SIZE];

    (void)state;
    assert_false(broker_check_run("/nonexistent/secureesp/secureesp.conf", &config, text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_no_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
