// The quick reader of statuses: what it takes and what it leaves to the other, and that it reads
// alike.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/contract.h"
#include "server/ingest/status_decode.h"
#include "server/ingest/status_scan.h"
#include "test/unit/server/model/same_status.h"

static const char complete[] =
    "{\"uptimemillis\":270015, "
    "\"maxmillis\":74,\"mqttmillis\":-0,\"espname\":\"measure-84f3eb0dbf7e\","
    "\"espimage\":\"ESP8266_WEMOS_D1MINIPRO-00.00.08.h\",\"espbuild\":\"Mar  8 2020 10:19:19\","
    "\"espip\":\"192.168.1.182\",\"rssi\":-65,\"espfreeheap\":13512,\"later\":true,\"n\":null,"
    "\"errormessage\":\"Updateserver-certificate doesn't match\"}";

// Whether it is taken; if so, it must be read as the other reader does. From memory of exactly that
// size.
static bool scan(const char *text, size_t n)
{
    uint8_t *copy = malloc(n > 0 ? n : 1);
    struct device_status scanned;
    struct device_status read;
    struct payload_faults faults = {0};

    memcpy(copy, text, n);

    bool taken = status_scan(copy, n, &scanned);

    if (taken) {
        status_decode_any(copy, n, &read, &faults);
        if (faults.count > 0)
            fail_msg("%.*s: %s", (int)n, text, payload_fault_text(faults.items[0].kind));
        if (!same_status(&read, &scanned))
            fail_msg("%.*s: read otherwise", (int)n, text);
    }
    free(copy);
    return taken;
}

static void test_what_is_taken(void **state)
{
    static const struct {
        const char *text;
        bool taken;
    } rows[] = {
        {complete, true},
        {" {\t\"rssi\"\n:\r1 , \"b\" : false } ", true},
        {"{\"rssi\":100}", true},
        {"{\"rssi\":101}", false},
        {"{\"rssi\":-200,\"espfreeheap\":0}", true},
        {"{\"espfreeheap\":-1}", false},
        {"{\"uptimemillis\":4294967295,\"maxmillis\":4294967296}", true},
        {"{\"uptimemillis\":999999999999999}", true},
        {"{\"uptimemillis\":\"1\"}", false},
        {"{\"espname\":1}", false},
        {"{\"espname\":true}", false},
        {"{\"espip\":null,\"rssi\":null}", true},
        {"{\"\":1}", true},
        {"", false},
        {"{}", false},
        {"{", false},
        {"{\"a\":1", false},
        {"{\"a\":1,}", false},
        {"{\"a\":1}x", false},
        {"{\"a\":1}{}", false},
        {"{\"a\" 1}", false},
        {"{a:1}", false},
        {"{\"a\":01}", false},
        {"{\"a\":-}", false},
        {"{\"a\":+1}", false},
        {"{\"a\":1.5}", false},
        {"{\"a\":1e2}", false},
        {"{\"a\":1000000000000000}", false},
        {"{\"a\":tru}", false},
        {"{\"a\":truex}", false},
        {"{\"a\":\"\\n\"}", false},
        {"{\"a\":\"\xc3\xa9\"}", false},
        {"{\"a\":\"\x1f\"}", false},
        {"{\"a\":\"\x7f\"}", false},
        {"{\"a\":[1]}", false},
        {"{\"a\":{}}", false},
        {"{\"a\":1,\"a\":1}", false},
        {"[1]", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (scan(rows[i].text, strlen(rows[i].text)) != rows[i].taken)
            fail_msg("%s", rows[i].text);
    }
}

// Any status, changed in one byte or cut off anywhere.
static void test_changed_in_one_byte(void **state)
{
    static const char replacements[] = "\"\\{}[]:,-.0123eE tf\n\x80\xff\x01";
    char text[sizeof complete];

    (void)state;
    for (size_t at = 0; at < sizeof complete - 1; at++) {
        assert_false(scan(complete, at));
        for (size_t i = 0; i < sizeof replacements; i++) { // a NUL is the last
            memcpy(text, complete, sizeof text);
            text[at] = replacements[i];
            scan(text, sizeof text - 1);
        }
    }
}

static void test_limits(void **state)
{
    char text[CONTRACT_PAYLOAD_MAX + 2];
    char members[512] = "{";

    (void)state;
    for (size_t length = 120; length < 270; length++) {
        for (size_t i = 0; i < 2; i++) {
            int n = snprintf(text, sizeof text, "{\"%s\":\"%0*d\"}",
                i == 0 ? CONTRACT_STATUS_ERROR : CONTRACT_STATUS_IMAGE, (int)length, 7);

            assert_int_equal(scan(text, (size_t)n), i == 0 || length < IMAGE_NAME_SIZE);
        }
    }
    memset(text, ' ', sizeof text);
    text[0] = '{';
    memcpy(text + 1, "\"a\":1", 5);
    text[CONTRACT_PAYLOAD_MAX - 1] = '}';
    assert_true(scan(text, CONTRACT_PAYLOAD_MAX));
    assert_false(scan(text, CONTRACT_PAYLOAD_MAX + 1));
    for (int count = 1; count <= 25; count++) {
        size_t n = strlen(members);

        snprintf(members + n, sizeof members - n, "\"m%d\":%d,", count, count);
        n = strlen(members);
        members[n - 1] = '}';
        assert_int_equal(scan(members, n), count <= 24);
        members[n - 1] = ',';
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_taken),
        cmocka_unit_test(test_changed_in_one_byte),
        cmocka_unit_test(test_limits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
