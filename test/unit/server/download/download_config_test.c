// config.json, rendered for a device.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "server/download/download_config.h"
#include "test/unit/failing_memory.h"

#define ME "84f3eb012345"

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
        assert_int_equal(download_config_set(config, NULL, values[i][0], values[i][1], NULL), 0);
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
    assert_int_equal(download_config_set(config, ME, "statusinterval", "1000", NULL), 0);
    assert_int_equal(download_config_set(config, ME, "mqtttls", "false", NULL), 0);
    assert_int_equal(download_config_check(config, NULL), 0);
    render(config, "84f3eb012346",
        "{\n  \"downloadserver\": \"host.example\",\n  \"downloadport\": \"8443\",\n"
        "  \"downloadpath\": \"/download\",\n  \"mqttserver\": \"broker.example\",\n"
        "  \"mqttport\": 8883,\n  \"mqtttls\": true,\n  \"statusinterval\": 60000\n}");
    render(config, ME,
        "{\n  \"downloadserver\": \"host.example\",\n  \"downloadport\": \"8443\",\n"
        "  \"downloadpath\": \"/download\",\n  \"mqttserver\": \"broker.example\",\n"
        "  \"mqttport\": 8883,\n  \"mqtttls\": false,\n  \"statusinterval\": 1000\n}");
    download_config_free(config);
}

// Devices read digits only.
static void a_port_is_written_as_devices_read_it(void **state)
{
    struct download_config *config = make();

    (void)state;
    assert_int_equal(download_config_set(config, NULL, "downloadport", "+008443", NULL), 0);
    assert_int_equal(download_config_set(config, NULL, "mqttport", "+008883", NULL), 0);
    render(config, "84f3eb012346",
        "{\n  \"downloadserver\": \"host.example\",\n  \"downloadport\": \"8443\",\n"
        "  \"downloadpath\": \"/download\",\n  \"mqttserver\": \"broker.example\",\n"
        "  \"mqttport\": 8883,\n  \"mqtttls\": true,\n  \"statusinterval\": 60000\n}");
    download_config_free(config);
}

static void bad_values_are_refused(void **state)
{
    static const char *const cases[][3] = {
        {NULL, "downloadport", "0"},
        {NULL, "downloadport", "65536"},
        {NULL, "downloadport", "8443x"},
        {NULL, "mqttport", ""},
        {NULL, "mqttport", "x"},
        {NULL, "mqttport", "99999999999999999999"},
        {NULL, "mqtttls", "yes"},
        {NULL, "statusinterval", "-1"},
        {NULL, "statusinterval", "86400001"},
        {NULL, "mqttserver", ""},
        {NULL, "mqttserver", "\xff"},
        {NULL, "colour", "red"},
        {"84F3EB012345", "mqttport", "8883"},
        {"84f3eb01234", "mqttport", "8883"},
    };
    struct download_config *config = make();

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct err err = {0};

        if (download_config_set(config, cases[i][0], cases[i][1], cases[i][2], &err) != ERR_INVALID)
            fail_msg("%s = %s was taken", cases[i][1], cases[i][2]);
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
    assert_int_equal(download_config_check(config, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "downloadserver"));
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
        rc = download_config_set(config, ME, "mqttport", "1", NULL);
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
        cmocka_unit_test(nothing_is_lost_without_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
