// config.json, rendered for a device.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "server/download/download_config.h"
#include "test/unit/failing_memory.h"

#define ME "84f3eb012345"

static int set(struct download_config *config, const char *mac, const char *member,
    const char *value, struct err *err)
{
    static int line;
    struct download_config_entry entry = {mac, member, value, ++line};

    return download_config_set(config, &entry, err);
}

// A server where the values of make() lead.
static struct settings_judge_server make_server(void)
{
    return (struct settings_judge_server){
        .path = "/download", .port = 8443, .other_server = "", .offline_after_ms = 180000};
}

static int check(struct download_config *config, struct err *err)
{
    struct settings_judge_server server = make_server();
    int line;

    return download_config_check(config, &server, &line, err);
}

static struct download_config *make(void)
{
    static const char *const values[][2] = {
        {"downloadserver", "host.example"},
        {"downloadport", "8443"},
        {"downloadpath", "/download"},
        {"mqttserver", "broker.example"},
        {"mqttport", "8883"},
        {"mqtttls", "true"},
        {"statusinterval", "60000"},
    };
    struct download_config *config;

    assert_int_equal(download_config_new(&config), 0);
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        assert_int_equal(set(config, NULL, values[i][0], values[i][1], NULL), 0);
    return config;
}

static void render(struct download_config *config, const char *mac, const char *expected)
{
    uint8_t *text;
    size_t n;

    assert_int_equal(download_config_render(config, mac, &text, &n), 0);
    assert_int_equal(n, strlen(expected));
    assert_memory_equal(text, expected, n);
    free(text);
}

static void a_device_gets_its_own_values_over_the_common_ones(void **state)
{
    struct download_config *config = make();

    (void)state;
    assert_int_equal(set(config, ME, "statusinterval", "1000", NULL), 0);
    assert_int_equal(set(config, ME, "retrytimeout", "500", NULL), 0);
    assert_int_equal(check(config, NULL), 0);
    render(config, "84f3eb012346",
        "{\n  \"downloadserver\": \"host.example\",\n  \"downloadport\": \"8443\",\n"
        "  \"downloadpath\": \"/download\",\n  \"mqttserver\": \"broker.example\",\n"
        "  \"mqttport\": 8883,\n  \"mqtttls\": true,\n  \"statusinterval\": 60000\n}");
    render(config, ME,
        "{\n  \"downloadserver\": \"host.example\",\n  \"downloadport\": \"8443\",\n"
        "  \"downloadpath\": \"/download\",\n  \"mqttserver\": \"broker.example\",\n"
        "  \"mqttport\": 8883,\n  \"mqtttls\": true,\n  \"statusinterval\": 1000,\n"
        "  \"retrytimeout\": 500\n}");
    download_config_free(config);
}

// Devices read digits only.
static void a_port_is_written_as_devices_read_it(void **state)
{
    struct download_config *config = make();

    (void)state;
    assert_int_equal(set(config, ME, "downloadport", "+008443", NULL), 0);
    assert_int_equal(set(config, ME, "mqttport", "+008883", NULL), 0);
    render(config, ME,
        "{\n  \"downloadserver\": \"host.example\",\n  \"downloadport\": \"8443\",\n"
        "  \"downloadpath\": \"/download\",\n  \"mqttserver\": \"broker.example\",\n"
        "  \"mqttport\": 8883,\n  \"mqtttls\": true,\n  \"statusinterval\": 60000\n}");
    download_config_free(config);
}

static const char *const bad_values[][3] = {
    {ME, "downloadport", "0"},
    {ME, "downloadport", "65536"},
    {ME, "downloadport", "8443x"},
    {ME, "downloadport", "8443 # as before"},
    {ME, "downloadport", "\"8443\""},
    {ME, "mqttport", ""},
    {ME, "mqttport", "x"},
    {ME, "mqttport", "8883.0"},
    {ME, "mqttport", "99999999999999999999"},
    {ME, "mqtttls", "yes"},
    {ME, "mqtttls", "True"},
    {ME, "mqtttls", "false"}, // then it has no identity at the broker
    {ME, "statusinterval", "-1"},
    {ME, "statusinterval", "50"},
    {ME, "statusinterval", "99"},
    {ME, "statusinterval", "86400001"},
    {ME, "statusinterval", "60s"},
    {ME, "waittimeout", "999"},
    {ME, "retrytimeout", "99"},
    {ME, "mqttserver", ""},
    {ME, "mqttserver", "\xff"},
    {ME, "mqttserver", "broker.example # the new one"},
    {ME, "mqttserver", "mqtts://broker.example"},
    {ME, "mqttserver", "broker.example:8883"},
    {ME, "mqttserver", "broker.example/"},
    {ME, "mqttserver", "broker_1.example"},
    {ME, "mqttserver", "br\u00f6ker.example"},
    {ME, "mqttserver", "::1"},
    {ME, "mqttserver", "[::1]"},
    {ME, "mqttserver", "\"broker.example\""},
    {ME, "mqttserver", "*.example"},
    {ME, "mqttserver", "broker..example"},
    {ME, "mqttserver", "broker.example."},
    {ME, "mqttserver", ".example"},
    {ME, "mqttserver", "-broker.example"},
    {ME, "mqttserver", "broker-.example"},
    {ME, "mqttserver", "192.168.1"},
    {ME, "mqttserver", "192.168.1.256"},
    {ME, "mqttserver", "192.168.01.2"},
    {ME, "mqttserver", "192.168.1.2.3"},
    {ME, "mqttserver", "8883"},
    {ME, "ntpserver", "a23456789.a23456789.a23456789.a23456789.a23456789.a23456789.a23456789.x"},
    {ME, "downloadpath", "/a b"},
    {ME, "downloadpath", "/\u00fcbung"},
    {ME, "downloadpath", "/a?b"},
    {ME, "downloadpath", "/a\"b"},
    {ME, "downloadpath", "/a234567890123456789012345678901234567890123456789012345678901234"},
    {NULL, "colour", "red"},
    {"84F3EB012345", "mqttport", "8883"},
    {"84f3eb01234", "mqttport", "8883"},
};

static void bad_values_are_refused(void **state)
{
    struct download_config *config = make();

    (void)state;
    for (size_t i = 0; i < sizeof bad_values / sizeof bad_values[0]; i++) {
        struct err err = {0};

        if (set(config, bad_values[i][0], bad_values[i][1], bad_values[i][2], &err) != ERR_INVALID)
            fail_msg("%s = %s was taken", bad_values[i][1], bad_values[i][2]);
        assert_true(err.message[0] != '\0');
    }
    download_config_free(config);
}

static void what_a_device_needs_must_be_set(void **state)
{
    struct download_config *config;
    struct err err = {0};

    (void)state;
    assert_int_equal(download_config_new(&config), 0);
    assert_int_equal(check(config, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "downloadserver"));
    download_config_free(config);
}

// Each as a device's own value; the reason names the line that is to blame.
static void the_whole_must_fit_the_server(void **state)
{
    static const struct {
        const char *member;
        const char *value;
        bool good;
    } cases[] = {
        {"downloadpath", "download", true},
        {"downloadpath", "/download/", true},
        {"downloadpath", "/downloads", false},
        {"downloadpath", "/", false},
        {"downloadport", "8443", true},
        {"downloadport", "443", true}, // the public one
        {"downloadport", "8444", false},
        {"statusinterval", "180000", true},
        {"statusinterval", "180001", false},
        {"downloadserver", "old.example", true},
    };
    struct settings_judge_server server = make_server();

    (void)state;
    server.public_port = 443;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct download_config *config = make();
        struct download_config_entry entry = {ME, cases[i].member, cases[i].value, 77};
        struct err err = {0};
        int line = -1;

        assert_int_equal(download_config_set(config, &entry, &err), 0);
        if ((download_config_check(config, &server, &line, &err) == 0) != cases[i].good)
            fail_msg("%s = %s: %s", cases[i].member, cases[i].value, err.message);
        if (!cases[i].good) {
            assert_int_equal(line, 77);
            assert_memory_equal(err.message, cases[i].member, strlen(cases[i].member));
        }
        download_config_free(config);
    }
}

// Devices that report by their own default each minute.
static void an_interval_that_is_not_set_counts_too(void **state)
{
    struct settings_judge_server server = make_server();
    struct download_config *config;
    int line;

    (void)state;
    assert_int_equal(download_config_new(&config), 0);
    assert_int_equal(set(config, NULL, "downloadserver", "h", NULL), 0);
    assert_int_equal(set(config, NULL, "downloadport", "8443", NULL), 0);
    assert_int_equal(set(config, NULL, "downloadpath", "download", NULL), 0);
    assert_int_equal(set(config, NULL, "mqttserver", "h", NULL), 0);
    assert_int_equal(set(config, NULL, "mqttport", "8883", NULL), 0);
    server.offline_after_ms = 60000;
    assert_int_equal(download_config_check(config, &server, &line, NULL), 0);
    server.offline_after_ms = 59999;
    assert_int_equal(download_config_check(config, &server, &line, NULL), ERR_INVALID);
    download_config_free(config);
}

// Devices that are to move to a server that is not this one.
static void another_server_is_said_to_be_one(void **state)
{
    struct settings_judge_server server = make_server();
    struct download_config *config = make();
    int line;

    (void)state;
    assert_int_equal(set(config, ME, "downloadserver", "new.example", NULL), 0);
    assert_int_equal(set(config, ME, "downloadport", "1", NULL), 0);
    assert_int_equal(set(config, ME, "downloadpath", "/other", NULL), 0);
    assert_int_equal(download_config_check(config, &server, &line, NULL), ERR_INVALID);
    server.other_server = "NEW.example";
    assert_int_equal(download_config_check(config, &server, &line, NULL), 0);
    download_config_free(config);
}

static int judge_name(const char *name, void *ctx, struct err *err)
{
    strcat(strcat(ctx, name), " ");
    return strcmp(name, "bad.example") == 0 ? err_set(err, ERR_INVALID, "bad") : 0;
}

static void each_name_of_this_server_is_judged(void **state)
{
    char names[128] = "";
    struct download_config *config = make();
    struct download_config_judge judge = {
        CONFIG_MEMBER_DOWNLOAD_SERVER, "new.example", judge_name, names};
    struct download_config_entry bad = {"84f3eb012347", "downloadserver", "bad.example", 9};
    int line;

    (void)state;
    assert_int_equal(set(config, ME, "downloadserver", "old.example", NULL), 0);
    assert_int_equal(set(config, "84f3eb012346", "downloadserver", "new.example", NULL), 0);
    assert_int_equal(download_config_each_name(config, &judge, &line, NULL), 0);
    assert_string_equal(names, "host.example old.example ");
    assert_int_equal(download_config_set(config, &bad, NULL), 0);
    assert_int_equal(download_config_each_name(config, &judge, &line, NULL), ERR_INVALID);
    assert_int_equal(line, 9);
    // Those behind it do not make it good.
    assert_int_equal(set(config, "84f3eb012348", "downloadserver", "good.example", NULL), 0);
    assert_int_equal(download_config_each_name(config, &judge, &line, NULL), ERR_INVALID);
    assert_int_equal(line, 9);
    judge.member = CONFIG_MEMBER_ENROL_SERVER; // which nobody is told of
    assert_int_equal(download_config_each_name(config, &judge, &line, NULL), 0);
    assert_int_equal(set(config, NULL, "enrolserver", "bad.example", NULL), 0);
    assert_int_equal(download_config_each_name(config, &judge, &line, NULL), ERR_INVALID);
    download_config_free(config);
}

static void a_value_is_set_once(void **state)
{
    static const char *const macs[] = {NULL, ME};
    struct download_config *config = make();

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct download_config_entry entry = {macs[i], "ntpserver", "a.example", 5};
        struct err err = {0};

        assert_int_equal(download_config_set(config, &entry, &err), 0);
        entry.line = 6;
        assert_int_equal(download_config_set(config, &entry, &err), ERR_INVALID);
        assert_string_equal(err.message, "ntpserver is already set, in line 5");
    }
    download_config_free(config);
}

static void whose_values_a_device_gets(void **state)
{
    struct download_config *config = make();

    (void)state;
    assert_true(download_config_is_common(config));
    assert_false(download_config_borrows(config, ME, "84f3eb999999")); // there are none
    assert_int_equal(set(config, "84f3eb999999", "statusinterval", "1000", NULL), 0);
    assert_false(download_config_is_common(config));
    assert_true(download_config_has_own(config, "84f3eb999999"));
    assert_false(download_config_has_own(config, ME));
    assert_true(download_config_borrows(config, ME, "84f3eb999999"));
    assert_false(download_config_borrows(config, ME, ME));
    assert_false(download_config_borrows(config, "84f3eb999999", "84f3eb999999"));
    assert_int_equal(set(config, ME, "statusinterval", "2000", NULL), 0);
    assert_false(download_config_borrows(config, ME, "84f3eb999999")); // its own go before
    download_config_free(config);
}

static void nothing_is_lost_without_memory(void **state)
{
    struct download_config *config;
    uint8_t *text;
    size_t size;
    uint8_t *whole;
    size_t whole_size;
    bool failed = true;
    int rc = -1;

    (void)state;
    json_set_alloc_funcs(failing_memory_malloc, free);
    for (long n = 1; rc < 0; n++) {
        failing_memory_start(n);
        rc = download_config_new(&config);
        assert_int_equal(rc, failing_memory_end() ? ERR_NO_MEMORY : 0);
    }
    download_config_free(config);
    config = make();
    rc = -1;
    for (long n = 1; rc < 0; n++) {
        failing_memory_start(n);
        rc = set(config, ME, "mqttport", "1", NULL);
        assert_int_equal(rc < 0, failing_memory_end());
    }
    assert_int_equal(download_config_render(config, ME, &whole, &whole_size), 0);
    for (long n = 1; failed; n++) {
        failing_memory_start(n);
        rc = download_config_render(config, ME, &text, &size);
        failed = failing_memory_end();
        assert_true(rc == 0 || (failed && rc == ERR_NO_MEMORY));
        if (rc < 0)
            continue;
        assert_int_equal(size, whole_size);
        assert_memory_equal(text, whole, size);
        free(text);
    }
    free(whole);
    download_config_free(config);
    download_config_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_device_gets_its_own_values_over_the_common_ones),
        cmocka_unit_test(a_port_is_written_as_devices_read_it),
        cmocka_unit_test(bad_values_are_refused),
        cmocka_unit_test(what_a_device_needs_must_be_set),
        cmocka_unit_test(the_whole_must_fit_the_server),
        cmocka_unit_test(an_interval_that_is_not_set_counts_too),
        cmocka_unit_test(another_server_is_said_to_be_one),
        cmocka_unit_test(each_name_of_this_server_is_judged),
        cmocka_unit_test(a_value_is_set_once),
        cmocka_unit_test(whose_values_a_device_gets),
        cmocka_unit_test(nothing_is_lost_without_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
