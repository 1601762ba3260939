// Statuses from bytes.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "server/ingest/status_decode.h"

static struct device_status decode_with(const char *text, struct payload_faults *faults)
{
    struct device_status status;

    memset(&status, 0xa5, sizeof status);
    memset(faults, 0, sizeof *faults);
    status_decode((const uint8_t *)text, strlen(text), &status, faults);
    return status;
}

static struct device_status decode(const char *text)
{
    struct payload_faults faults;

    return decode_with(text, &faults);
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

static const struct {
    const char *value;
    bool counter, rssi; // whether it is taken
} values[] = {
    {"0", true, true},
    {"100", true, true},
    {"101", true, false},
    {"4294967295", true, false},
    {"4294967296", true, false},
    {"9007199254740992", true, false},
    {"9007199254740993", true, false}, // as a double it is the one before
    {"9007199254740994", false, false},
    {"-1", false, true},
    {"-200", false, true},
    {"-201", false, false},
    {"1e99", false, false},
    {"99999999999999999999", false, false},
    {"1.5", true, true},
    {"-61.5", false, true},
    {"4.1e4", true, false},
    {"-0.4", true, true},
    {"-0.5", false, true},
    {"100.4", true, true},
    {"100.5", true, false},
    {"-0.6", false, true},
    {"\"1\"", true, true},
    {"\" 1 \"", true, true},
    {"\"-61\"", false, true},
    {"\"+1.5e1\"", true, true},
    {"\"007\"", true, true},
    {"\"\"", false, false},
    {"\" \"", false, false},
    {"\"1 2\"", false, false},
    {"\"0x1\"", false, false},
    {"\"1,5\"", false, false},
    {"\"nan\"", false, false},
    {"\"12 s\"", false, false},
    {"true", false, false},
    {"null", false, false},
    {"[]", false, false},
    {"{}", false, false},
};

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

    (void)state;
    for (size_t m = 0; m < sizeof members / sizeof members[0]; m++) {
        for (size_t v = 0; v < sizeof values / sizeof values[0]; v++) {
            char text[128];
            bool taken = members[m].bit == DEVICE_HAS_RSSI ? values[v].rssi : values[v].counter;
            struct payload_faults faults;

            if (members[m].bit == DEVICE_HAS_FREE_HEAP && strlen(values[v].value) > 9 &&
                strcmp(values[v].value, "4294967295") != 0)
                taken = false; // nobody has so much
            assert_true(snprintf(text, sizeof text, "{\"%s\": %s}", members[m].member,
                            values[v].value) < (int)sizeof text);
            if (decode_with(text, &faults).has != (taken ? members[m].bit : 0))
                fail_msg("%s", text);
            if (faults.count != !taken && strcmp(values[v].value, "null") != 0)
                fail_msg("%s: %zu faults", text, faults.count);
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
            // A number for a text is never cut.
            memset(value, '7', n);
            snprintf(text, sizeof text, "{\"%s\": %s}", members[m].member, value);
            s = decode(text);
            assert_int_equal(
                strlen((const char *)&s + members[m].offset), n < members[m].size ? n : 0);
        }
    }
    assert_string_equal(decode("{\"espname\": 5, \"espimage\": null, \"espip\": [\"a\"],"
                               " \"espbuild\": {}, \"errormessage\": true}")
                            .image,
        "");
}

static void test_plain_meanings(void **state)
{
    struct payload_faults faults;
    struct device_status s = decode_with(
        "{\"uptimemillis\": 5184000000, \"maxmillis\": \"73.5 ms\", \"mqttmillis\": 4.1e4,"
        " \"espfreeheap\": \"13512 bytes\", \"rssi\": \"-61.5 dBm\", \"espname\": 12,"
        " \"espip\": null, \"errormessage\": -4}",
        &faults);

    (void)state;
    assert_int_equal(faults.count, 0);
    assert_int_equal(s.has, 31);
    assert_int_equal(s.uptime_ms, 5184000000);
    assert_int_equal(s.max_loop_ms, 74);
    assert_int_equal(s.mqtt_ms, 41000);
    assert_int_equal(s.free_heap_bytes, 13512);
    assert_int_equal(s.rssi_dbm, -62);
    assert_string_equal(s.name, "12");
    assert_string_equal(s.ip, "");
    assert_string_equal(s.error, "-4");
}

// What is good is read; what is not is where it is said to be.
static void test_what_cannot_be_read(void **state)
{
    static const struct {
        const char *text;
        unsigned has;
        const char *image, *error;
        enum payload_fault_kind kind;
        size_t position;
    } rows[] = {
        {"[]", 0, "", "", PAYLOAD_FAULT_NO_OBJECT, 0},
        {"{\"rssi\":nan,\"espimage\":\"A-1\",\"espfreeheap\":5}", DEVICE_HAS_FREE_HEAP, "A-1", "",
            PAYLOAD_FAULT_VALUE, 8},
        {"{\"rssi\":-5,\"espimage\":\"A-1", DEVICE_HAS_RSSI, "", "", PAYLOAD_FAULT_CUT, 26},
        {"{\"rssi\":-5,\"errormessage\":\"no se", DEVICE_HAS_RSSI, "", "no se", PAYLOAD_FAULT_CUT,
            32},
        {"{\"espimage\":\"A-1\",\"rssi\":-6", 0, "A-1", "", PAYLOAD_FAULT_CUT, 27},
        {"{\"errormessage\":\"T\xfcr\",\"rssi\":-5}", DEVICE_HAS_RSSI, "", "T\xef\xbf\xbdr",
            PAYLOAD_FAULT_UTF8, 18},
        {"{\"rssi\":-5,\"rssi\":-6}", DEVICE_HAS_RSSI, "", "", PAYLOAD_FAULT_TWICE, 11},
        {"{\"rssi\":true,\"espimage\":\"A-1\"}", 0, "A-1", "", PAYLOAD_FAULT_TYPE, 8},
        {"{\"espimage\":[1]}", 0, "", "", PAYLOAD_FAULT_TYPE, 12},
        {"{\"espfreeheap\":-1}", 0, "", "", PAYLOAD_FAULT_RANGE, 15},
        {"{\"rssi\":-5}\r\n{\"rssi\":-6}", DEVICE_HAS_RSSI, "", "", PAYLOAD_FAULT_TRAIL, 13},
        {"{\"espimage\":\"A-1\",\"rssi\":\"-6", 0, "A-1", "", PAYLOAD_FAULT_CUT, 28},
        {"{\"rssi\":-61 dBm,\"espimage\":\"A-1\"}", 0, "A-1", "", PAYLOAD_FAULT_BEHIND, 12},
        {"{\"rssi\":\"-61\" dBm,\"espimage\":\"A-1\"}", 0, "A-1", "", PAYLOAD_FAULT_BEHIND, 14},
        {"{\"rssi\":-5,\"errormessage\":\"no\\n", DEVICE_HAS_RSSI, "", "no\n", PAYLOAD_FAULT_CUT,
            31},
        {"{\"rssi\":-5,\"errormessage\":\"\\u0041bcd", DEVICE_HAS_RSSI, "", "Abcd",
            PAYLOAD_FAULT_CUT, 36},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct payload_faults faults;
        struct device_status s = decode_with(rows[i].text, &faults);

        if (s.has != rows[i].has || strcmp(s.image, rows[i].image) != 0 ||
            strcmp(s.error, rows[i].error) != 0)
            fail_msg("%s: read otherwise", rows[i].text);
        if (faults.count != 1 || faults.items[0].kind != rows[i].kind ||
            faults.items[0].position != rows[i].position)
            fail_msg("%s: %zu: %s at %zu", rows[i].text, faults.count,
                payload_fault_text(faults.items[0].kind), faults.items[0].position);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_full_status),
        cmocka_unit_test(test_an_empty_status),
        cmocka_unit_test(test_numbers_of_every_type),
        cmocka_unit_test(test_texts_of_every_length),
        cmocka_unit_test(test_plain_meanings),
        cmocka_unit_test(test_what_cannot_be_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
