// Statuses from bytes.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "server/ingest/status_decode.h"

static struct device_status decode(const char *text)
{
    struct device_status status;
    const char *reason;

    memset(&status, 0xa5, sizeof status);
    if (status_decode((const uint8_t *)text, strlen(text), &status, &reason) < 0)
        fail_msg("%s: %s", text, reason);
    return status;
}

static void test_a_full_status(void **state)
{
    struct device_status s =
        decode("{\"uptimemillis\": 270015, \"maxmillis\": 74,"
               " \"mqttmillis\": 259618, \"espname\": \"measure-84f3eb0dbf7e\","
               " \"espimage\": \"ESP8266_WEMOS_D1MINIPRO-00.00.08.h\","
               " \"espbuild\": \"Mar  8 2020 10:19:19\","
               " \"espip\": \"192.168.1.182\", \"rssi\": -65,"
               " \"espfreeheap\": 13512, \"later\": {\"x\": [1]},"
               " \"errormessage\": \"Updateserver-certificate doesn't match\"}");

    (void)state;
    assert_int_equal(s.has, 31);
    assert_int_equal(s.uptime_ms, 270015);
    assert_int_equal(s.max_loop_ms, 74);
    assert_int_equal(s.mqtt_ms, 259618);
    assert_int_equal(s.rssi_dbm, -65);
    assert_int_equal(s.free_heap_bytes, 13512);
    assert_string_equal(s.name, "measure-84f3eb0dbf7e");
    assert_string_equal(s.image, "ESP8266_WEMOS_D1MINIPRO-00.00.08.h");
    assert_string_equal(s.build, "Mar  8 2020 10:19:19");
    assert_string_equal(s.ip, "192.168.1.182");
    assert_string_equal(s.error, "Updateserver-certificate doesn't match");
}

static void test_an_empty_status(void **state)
{
    static const struct device_status empty;
    struct device_status s = decode("{}");

    (void)state;
    assert_int_equal(s.has, 0);
    assert_memory_equal(&s, &empty, sizeof s);
}

static void test_numbers_of_every_type(void **state)
{
    static const struct {
        const char *member;
        unsigned bit;
    } members[] = {
        {"uptimemillis", DEVICE_HAS_UPTIME},
        {"maxmillis", DEVICE_HAS_MAX_LOOP},
        {"mqttmillis", DEVICE_HAS_MQTT},
        {"espfreeheap", DEVICE_HAS_FREE_HEAP},
        {"rssi", DEVICE_HAS_RSSI},
    };
    static const struct {
        const char *value;
        bool counter, rssi; // whether it is taken
    } values[] = {
        {"0", true, true},
        {"100", true, true},
        {"101", true, false},
        {"4294967295", true, false},
        {"4294967296", false, false},
        {"-1", false, true},
        {"-200", false, true},
        {"-201", false, false},
        {"1e99", false, false},
        {"99999999999999999999", false, false},
        {"1.5", false, false},
        {"\"1\"", false, false},
        {"true", false, false},
        {"null", false, false},
        {"[]", false, false},
        {"{}", false, false},
    };

    (void)state;
    for (size_t m = 0; m < sizeof members / sizeof members[0]; m++) {
        for (size_t v = 0; v < sizeof values / sizeof values[0]; v++) {
            char text[128];
            bool taken = members[m].bit == DEVICE_HAS_RSSI ? values[v].rssi : values[v].counter;

            snprintf(text, sizeof text, "{\"%s\": %s}", members[m].member, values[v].value);
            if (decode(text).has != (taken ? members[m].bit : 0))
                fail_msg("%s", text);
        }
    }
}

// A text that does not fit is left out, but for the error, which is cut.
static void test_texts_of_every_length(void **state)
{
    static const struct {
        const char *member;
        size_t offset, size;
        bool cut;
    } members[] = {
        {"espname", offsetof(struct device_status, name), DEVICE_TEXT_SIZE, false},
        {"espimage", offsetof(struct device_status, image), IMAGE_NAME_SIZE, false},
        {"espbuild", offsetof(struct device_status, build), DEVICE_TEXT_SIZE, false},
        {"espip", offsetof(struct device_status, ip), DEVICE_TEXT_SIZE, false},
        {"errormessage", offsetof(struct device_status, error), DEVICE_ERROR_SIZE, true},
    };

    (void)state;
    for (size_t m = 0; m < sizeof members / sizeof members[0]; m++) {
        for (size_t n = 0; n <= members[m].size + 1; n++) {
            char text[512], value[300] = "";
            size_t expected = n < members[m].size ? n : members[m].cut ? members[m].size - 1 : 0;

            memset(value, 'v', n);
            snprintf(text, sizeof text, "{\"%s\": \"%s\"}", members[m].member, value);

            struct device_status s = decode(text);

            assert_int_equal(strlen((const char *)&s + members[m].offset), expected);
        }
    }
    assert_string_equal(decode("{\"espname\": 5, \"espimage\": null, \"espip\": [\"a\"],"
                               " \"espbuild\": {}, \"errormessage\": true}")
                            .image,
        "");
}

static void test_what_is_no_object(void **state)
{
    struct device_status status = {.has = 99};
    const char *reason = NULL;

    (void)state;
    assert_int_equal(status_decode((const uint8_t *)"[]", 2, &status, &reason), ERR_INVALID);
    assert_string_equal(reason, "no JSON object");
    assert_int_equal(status.has, 99);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_full_status),
        cmocka_unit_test(test_an_empty_status),
        cmocka_unit_test(test_numbers_of_every_type),
        cmocka_unit_test(test_texts_of_every_length),
        cmocka_unit_test(test_what_is_no_object),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
