// The configuration file.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/daemon/config.h"
#include "test/unit/failing_memory.h"

#define NEEDED                                                                                     \
    "[config.json]\ndownloadserver = h\ndownloadport = 8443\ndownloadpath = /download\n"           \
    "mqttserver = h\nmqttport = 2\n"

static char path[] = "/tmp/secureesp-config-XXXXXX";

static int load(const char *text, struct config *config, struct err *err)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    return config_load(path, config, err);
}

static void what_is_not_set_has_its_default(void **state)
{
    struct config config;
    struct err err = {0};

    (void)state;
    assert_int_equal(load(NEEDED, &config, &err), 0);
    assert_string_equal(config.state_dir, "/var/lib/secureesp");
    assert_string_equal(config.socket, "/run/secureesp/api.sock");
    assert_int_equal(config.socket_mode, 0660);
    assert_int_equal(config.port, 8443);
    assert_int_equal(config.offline_after_s, 180);
    assert_int_equal(config.statuses_per_minute, 30);
    assert_int_equal(config.min_free_percent, 5);
    assert_int_equal(config.min_free_bytes, 1073741824);
    assert_string_equal(config.webhook_allow, "");
    assert_string_equal(config.webhook_ca, "");
    assert_int_equal(config.webhook_queue_max, 10000);
    assert_int_equal(config.homeassistant_enabled, 0);
    assert_int_equal(config.homeassistant_per_second, 100);
    config_clear(&config);
}

static void settings_are_read(void **state)
{
    struct config config;
    struct err err = {0};

    (void)state;
    assert_int_equal(
        load("; a comment\n[daemon]\nstate_dir = /x/y/   ; a comment\nlog_level = debug\n"
             "[download]\nport=1234\npublic_port = 8443\npath = /p/q/\nother_server = h\n"
             "max_connections = 7\n" NEEDED "[config.json 84f3eb012345]\nstatusinterval = 500\n",
            &config, &err),
        0);
    assert_string_equal(config.state_dir, "/x/y");
    assert_int_equal(config.log_level, LOG_DEBUG);
    assert_int_equal(config.port, 1234);
    assert_string_equal(config.path, "/p/q");
    assert_int_equal(config.max_connections, 7);
    config_clear(&config);
}

static void enrolment_is_off_without_a_port(void **state)
{
    struct config config;
    struct config other;
    struct err err = {0};
    char restart[256];

    (void)state;
    assert_int_equal(load(NEEDED, &config, &err), 0);
    assert_int_equal(config.enrol_port, 0);
    assert_string_equal(config.enrol_claim_ca, "");
    assert_string_equal(config.enrol_certificate, "");
    assert_int_equal(config.enrol_policy, ENROL_POLICY_LISTED);
    assert_int_equal(config.enrol_window_max_s, 86400);
    assert_int_equal(config.enrol_grace_days, 0);
    assert_int_equal(
        load(NEEDED "[enrolment]\nport = 8444\nclaim_ca = /c/\npolicy = approve\n"
                    "certificate = /x\nwindow_max_s = 60\n[homeassistant]\nenabled = yes\n",
            &other, &err),
        0);
    assert_int_equal(other.enrol_port, 8444);
    assert_string_equal(other.enrol_claim_ca, "/c");
    assert_string_equal(other.enrol_certificate, "/x");
    assert_int_equal(other.enrol_policy, ENROL_POLICY_APPROVE);
    assert_int_equal(other.enrol_window_max_s, 60);
    config_compare(&config, &other, restart, sizeof restart);
    assert_string_equal(restart,
        "[enrolment] port, [enrolment] certificate, [enrolment] claim_ca, "
        "[enrolment] policy, [enrolment] window_max_s, [homeassistant] enabled");
    config_clear(&config);
    config_clear(&other);
}

static const struct {
    const char *text;
    const char *line;
    const char *reason;
} mistakes[] = {
    {"[daemon]\ncolour = red\n", ":2: ", "unknown setting 'colour' in section [daemon]"},
    {"[deamon]\nsocket = /x\n", ":2: ", "unknown setting 'socket' in section [deamon]"},
    {"\n\n[download]\nport = 0\n", ":4: ", "port: 0 is not between 1 and 65535"},
    {"[download]\nport = many\n", ":2: ", "'many' is not a number"},
    {"[download]\nport =\n", ":2: ", "the value is missing"},
    {"[download]\npath = d\n", ":2: ", "'d' is not an absolute path"},
    {"[daemon]\nsocket_mode = 0999\n", ":2: ", "'0999' is not a number"},
    {"[mqtt]\nhost = a\n  port = 1\n", ":3: ", "a setting must begin at the start"},
    {"[mqtt]\nport = 1\nport = 2\n", ":3: ", "port is already set, in line 2"},
    {"[mqtt]\nport = 1\nhost = a\nport = 1\n", ":4: ", "port is already set, in line 2"},
    {"[mqtt]\nport = 1\n[tls]\nca = /x\n[mqtt]\nport = 2\n",
        ":6: ", "port is already set, in line 2"},
    {NEEDED "[mqtt]\n[config.json]\nmqttport = 3\n", ":9: ", "mqttport is already set, in line 6"},
    {"[config.json 84f3eb012345]\nmqttport = 1\n[config.json  84f3eb012345]\nmqttport = 2\n",
        ":4: ", "mqttport is already set, in line 2"},
    {"[config.json 84:f3:eb:01:23:45]\nmqttport = 1\n", ":2: ", "is not a MAC of 12 lower-case"},
    {"[mqtt]\nhost = a # the new one\n", ":2: ", "a comment after a value must begin with"},
    {"[mqtt]\nhost = # none\n", ":2: ", "a comment after a value must begin with"},
    {"[mqtt]\nport = 8883;new\n", ":2: ", "a comment after a value must begin with"},
    {"[tls]\nca = \"/x\"\n", ":2: ", "write the value without quotes"},
    {"[tls]\nca = '/x'\n", ":2: ", "write the value without quotes"},
    {"[tls]\nca = /x\ry\n", ":2: ", "contains a carriage return"},
    {"; a comment\r[tls]\rca = /x\r", ":1: ", "contains a carriage return"},
    {"[tls]\nca = /x\ty\n", ":2: ", "a control character"},
    {"[tls]\nca = /x\033y\n", ":2: ", "a control character"},
    {"[tls] ca = /x\n", ":1: ", "on a line of its own"},
    {"[config.json 84f3eb012345                             0]\nmqttport = 1\n",
        ":1: ", "the section's name has more than 48 bytes"},
    {"[mqtt]\nhost =\n", ":2: ", "the value is missing"},
    {"[mqtt]\nhost =   ; none\n", ":2: ", "the value is missing"},
    {"[mqtt]\n= x\n", ":2: ", "unknown setting ''"},
    {"[mqtt]\nhost = a b\n", ":2: ", "'a b' has more than letters"},
    {"[mqtt]\nhost = mqtts://a\n", ":2: ", "'mqtts://a' has more than letters"},
    {"[download]\npath = /a//b\n", ":2: ", "'/a//b' is not made of"},
    {"[download]\npath = /a/../b\n", ":2: ", "is not made of"},
    {"[download]\npath = /:a\n", ":2: ", "is not made of"},
    {"[download]\npath = /a%20b\n", ":2: ", "is not made of"},
    {"[download]\npath = /a b\n", ":2: ", "has a character that no path has"},
    {"[download]\nport = 8444\n" NEEDED, ":5: ", "downloadport: this server listens on port"},
    {"[download]\npath = /d\n" NEEDED, ":6: ", "downloadpath: this server answers at '/d'"},
    {NEEDED "[config.json 84f3eb012345]\nstatusinterval = 200000\n",
        ":8: ", "statusinterval: devices that report"},
    {"[daemon]\noffline_after_s = 59\n" NEEDED, "", "statusinterval: devices that report"},
    {"[daemon]\nlog_level = loud\n", ":2: ", "'loud' is not one of"},
    {"[daemon]\nnonsense\n", ":2: ", "neither [section] nor name = value"},
    {"[webhooks]\nallow = all\n", ":2: ", "allow: 'all' is no network"},
    {"[webhooks]\nallow = 10.0.0.1/8\n", ":2: ", "has bits behind its prefix"},
    {"[webhooks]\nretry_max_s = 4\n" NEEDED, "", "retry_min_s is more than retry_max_s"},
    {"[config.json]\ncolour = red\n", ":2: ", "no member 'colour'"},
    {"[config.json 84f3]\nmqttport = 1\n", ":2: ", "'84f3' is not a MAC"},
    {"[config.jsonx]\nmqttport = 1\n", ":2: ", "unknown setting"},
    {"[deamon]\n" NEEDED, ":1: ", "unknown section [deamon]"},
    {NEEDED "[deamon]\n; socket = /x\n", ":7: ", "unknown section [deamon]"},
    {NEEDED "[deamon]\n[daemon]\nsocket = /x\n", ":7: ", "unknown section [deamon]"},
    {NEEDED "[daemon ]\n", ":7: ", "unknown section [daemon ]"},
    {NEEDED "[config.json 84f3]\n", ":7: ", "'84f3' is not a MAC"},
    {"[daemon]\nstate_dir = /x\n", "", "lacks downloadserver"},
    {NEEDED "[enrolment]\nport = 8444\n", ":", "needs claim_ca"},
    {NEEDED "[enrolment]\nport = 8443\nclaim_ca = /c\n", ":", "the port of [download]"},
    {NEEDED "[homeassistant]\nenabled = 1\n", ":8: ", "'1' is not one of yes, no"},
    {NEEDED "[homeassistant]\nmessages_per_second = 0\n", ":8: ", "messages_per_second"},
    {NEEDED "[operator]\nport = 8443\n", ":", "the port of [download]"},
    {NEEDED "[enrolment]\nport = 8444\nclaim_ca = /c\n[operator]\nport = 8444\n", ":",
        "the port of [enrolment]"},
    {NEEDED "[operator]\nport = 9443\nkey = /k\n", ":", "needs both or neither"},
    {NEEDED "[operator]\nidle_s = 600\nsession_s = 599\n", ":", "idle_s is more than session_s"},
    {NEEDED "[operator]\nidle_s = 59\n", ":8: ", "idle_s"},
    {NEEDED "[enrolment]\npolicy = open\n", ":8: ", "'open' is not one of listed, approve"},
    {NEEDED "[enrolment]\nretry_after_s = 0\n", ":8: ", "0 is not between 1 and 86400"},
    {NEEDED "[enrolment]\ngrace_days = 3651\n", ":8: ", "3651 is not between 0 and 3650"},
};

static void a_mistake_is_named_with_file_and_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        struct config config;
        struct err err = {0};
        char start[128];

        assert_int_equal(load(mistakes[i].text, &config, &err), ERR_INVALID);
        snprintf(start, sizeof start, "%s%s", path, mistakes[i].line);
        if (strncmp(err.message, start, strlen(start)) != 0 ||
            strstr(err.message, mistakes[i].reason) == NULL)
            fail_msg("%s: %s", mistakes[i].reason, err.message);
    }
}

// libinih would read the rest of a long line as a line of its own.
static void a_long_line_is_refused(void **state)
{
    struct config config;
    struct err err = {0};
    char text[512] = "[daemon]\n# ";
    size_t n = strlen(text);

    (void)state;
    memset(text + n, 'a', 197);
    strcpy(text + n + 197, "[download]\n" NEEDED);
    assert_int_equal(load(text, &config, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, ":2: the line has more than 199 bytes"));
    memset(text + n, 'a', 196);
    strcpy(text + n + 196, "\n" NEEDED); // 198 bytes and the newline
    assert_int_equal(load(text, &config, &err), 0);
    config_clear(&config);
}

static void other_systems_line_ends_are_read(void **state)
{
    struct config config;
    struct err err = {0};

    (void)state;
    assert_int_equal(
        load("\xef\xbb\xbf[daemon]\r\nstate_dir = /x\r\n; a comment\r\n" NEEDED "ntpserver = n\r",
            &config, &err),
        0);
    assert_string_equal(config.state_dir, "/x");
    config_clear(&config);
}

// Text functions would not see what follows it.
static void a_nul_is_refused(void **state)
{
    static const char text[] = NEEDED "; a\0comment\n[daemon]\ncolour = red\n";
    struct config config;
    struct err err = {0};

    (void)state;
    assert_int_equal(config_parse("FILE", text, sizeof text - 1, &config, &err), ERR_INVALID);
    assert_string_equal(err.message, "FILE:7: the line contains a NUL");
}

static void what_is_no_file_is_refused(void **state)
{
    struct config config;
    struct err err = {0};

    (void)state;
    assert_int_equal(config_load("/tmp", &config, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "is not a regular file"));
}

static void a_file_that_is_not_there_is_named(void **state)
{
    struct config config;
    struct err err = {0};

    (void)state;
    assert_int_equal(config_load("/nowhere/secureesp.conf", &config, &err), ERR_NOT_FOUND);
    assert_non_null(strstr(err.message, "/nowhere/secureesp.conf"));
}

static void settings_that_need_a_restart_are_told(void **state)
{
    struct config before, after;
    char names[128];

    (void)state;
    assert_int_equal(load(NEEDED, &before, NULL), 0);
    assert_int_equal(load("[download]\nport = 1\npublic_port = 8443\n[daemon]\nlog_level = "
                          "debug\n[mqtt]\nhost = x\n" NEEDED,
                         &after, NULL),
        0);
    config_compare(&before, &after, names, sizeof names);
    assert_string_equal(names, "[download] port, [mqtt] host");
    config_compare(&before, &before, names, sizeof names);
    assert_string_equal(names, "");
    config_clear(&before);
    config_clear(&after);
}

static int make_file(void **state)
{
    (void)state;
    int fd = mkstemp(path);

    return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

static void what_finds_no_memory_is_given_back(void **state)
{
    struct config config;
    int rc = -1;

    (void)state;
    for (long n = 1; rc < 0; n++) {
        struct err err = {0};

        failing_memory_start(n);
        rc = config_parse("x", "[daemon]\nstate_dir = /y\n" NEEDED,
            strlen("[daemon]\nstate_dir = /y\n" NEEDED), &config, &err);
        assert_int_equal(rc < 0, failing_memory_end());
    }
    config_clear(&config);
}

// As many differences as fit are told, and no byte behind them is written.
static void differences_may_be_cut(void **state)
{
    struct config a, b;
    struct err err = {0};
    char out[64];

    (void)state;
    assert_int_equal(load(NEEDED, &a, &err), 0);
    assert_int_equal(load("[daemon]\nsocket = /y\nstate_dir = /y\nsocket_mode = 0600\n"
                          "[download]\nport = 1\npublic_port = 8443\nthreads = 7\n" NEEDED,
                         &b, &err),
        0);
    for (size_t size = 1; size <= sizeof out; size++) {
        memset(out, 'x', sizeof out);
        config_compare(&a, &b, out, size);
        assert_int_equal(strlen(out), size - 1);
        for (size_t i = size; i < sizeof out; i++)
            assert_int_equal(out[i], 'x');
    }
    config_clear(&a);
    config_clear(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_set_has_its_default),
        cmocka_unit_test(settings_are_read),
        cmocka_unit_test(enrolment_is_off_without_a_port),
        cmocka_unit_test(a_mistake_is_named_with_file_and_line),
        cmocka_unit_test(a_long_line_is_refused),
        cmocka_unit_test(other_systems_line_ends_are_read),
        cmocka_unit_test(a_nul_is_refused),
        cmocka_unit_test(what_is_no_file_is_refused),
        cmocka_unit_test(a_file_that_is_not_there_is_named),
        cmocka_unit_test(settings_that_need_a_restart_are_told),
        cmocka_unit_test(what_finds_no_memory_is_given_back),
        cmocka_unit_test(differences_may_be_cut),
    };

    return cmocka_run_group_tests(tests, make_file, remove_file);
}
