// JSON as text: what jansson reads from it is what went in.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <jansson.h>
#include <string.h>

#include "server/api/api_device.h"
#include "server/api/api_text.h"

static json_t *read_back(struct api_text *text)
{
    json_t *value = json_loadb(text->p, text->n, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);

    api_text_clear(text);
    return value;
}

static void test_strings(void **state)
{
    static const char *const rows[] = {"a", "\"", "\\", "\\\"", "a\"b\\c", "\n\r\t\b\f", "\x01\x1f",
        "\x7f", "/", "\xc2\x9b", "\xe2\x80\xae", "\xf3\xa0\x80\x81", "\xc3\xa9\xf0\x9f\x98\x80",
        "{\"a\":[1]}"};
    static const char *const nothing[] = {"", "\xff", "a\xc3", "\xed\xa0\x80"};
    char all[256];

    (void)state;
    for (size_t i = 1; i < 128; i++)
        all[i - 1] = (char)i;
    all[127] = '\0';
    for (size_t i = 0; i <= sizeof rows / sizeof rows[0]; i++) {
        const char *s = i < sizeof rows / sizeof rows[0] ? rows[i] : all;
        struct api_text text = {0};

        api_text_add_string(&text, s);
        assert_null(memmem(text.p, text.n, "\xc2\x9b", 2)); // nothing that a terminal obeys
        assert_null(memmem(text.p, text.n, "\xe2\x80\xae", 3));
        assert_null(memchr(text.p, 0x7f, text.n));

        json_t *value = read_back(&text);

        assert_string_equal(json_string_value(value), s);
        json_decref(value);
    }
    for (size_t i = 0; i < sizeof nothing / sizeof nothing[0]; i++) {
        struct api_text text = {0};

        api_text_add_string(&text, nothing[i]);
        assert_int_equal(text.n, 4);
        assert_memory_equal(text.p, "null", 4);
        api_text_clear(&text);
    }
}

static void test_integers(void **state)
{
    static const int64_t rows[] = {0, 1, -1, 9, 10, -10, 1795421321152, INT64_MAX, INT64_MIN};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct api_text text = {0};

        api_text_add_integer(&text, rows[i]);

        json_t *value = read_back(&text);

        assert_true(json_is_integer(value));
        assert_true(json_integer_value(value) == rows[i]);
        json_decref(value);
    }
}

static void test_devices(void **state)
{
    struct device_record device = {
        .mac = "84f3eb012345", .online = true, .reason = DEVICE_REASON_WILL};

    (void)state;
    memset(device.status.error, '"', sizeof device.status.error - 1);
    device.status.rssi_dbm = -70;
    for (unsigned has = 0; has < 32; has++) {
        device.status.has = has;

        json_t *value = api_device_json(&device);

        assert_non_null(value);
        assert_int_equal(json_object_size(value), 22);
        assert_int_equal(
            json_is_null(json_object_get(value, "rssi")), (has & DEVICE_HAS_RSSI) == 0);
        assert_int_equal(
            json_is_null(json_object_get(value, "mqtt_ms")), (has & DEVICE_HAS_MQTT) == 0);
        assert_string_equal(
            json_string_value(json_object_get(value, "error")), device.status.error);
        assert_string_equal(json_string_value(json_object_get(value, "reason")), "will");
        json_decref(value);
    }
}

static void test_a_failed_text_stays_as_it_is(void **state)
{
    struct api_text text = {.failed = true};

    (void)state;
    api_text_add(&text, "x");
    api_text_add_integer(&text, 1);
    api_text_add_string(&text, "\n");
    assert_int_equal(text.n, 0);
    assert_null(text.p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_strings),
        cmocka_unit_test(test_integers),
        cmocka_unit_test(test_devices),
        cmocka_unit_test(test_a_failed_text_stays_as_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
