// Events from bytes.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "server/ingest/event_decode.h"

static int decode(const char *text, struct event *event)
{
    const char *reason;

    memset(event, 0xa5, sizeof *event);
    return event_decode((const uint8_t *)text, strlen(text), event, &reason);
}

static void test_a_full_event(void **state)
{
    struct event e;

    (void)state;
    assert_int_equal(decode("{\"event\": \"command\", \"command\": \"flash\", \"id\": 42,"
                            " \"result\": \"signature-invalid\", \"image\": \"A-1\","
                            " \"detail\": \"so\", \"x\": 1}",
                         &e),
        0);
    assert_string_equal(e.kind, "command");
    assert_string_equal(e.command, "flash");
    assert_int_equal(e.command_id, 42);
    assert_string_equal(e.result, "signature-invalid");
    assert_string_equal(e.image, "A-1");
    assert_string_equal(e.detail, "so");
    assert_string_equal(e.mac, "");
    assert_int_equal(e.at_ms, 0);
}

static void test_kinds(void **state)
{
    static const struct {
        const char *json;
        int rc;
    } rows[] = {
        {"{\"event\": \"boot\"}", 0},
        {"{\"event\": \"trial\"}", 0},
        {"{\"event\": \"error\"}", 0},
        {"{\"event\": \"something-later\"}", 0},
        {"{\"event\": \"0123456789012345678901234567890\"}", 0},
        {"{\"event\": \"01234567890123456789012345678901\"}", ERR_INVALID},
        {"{\"event\": \"\"}", ERR_INVALID},
        {"{\"event\": 5}", ERR_INVALID},
        {"{\"event\": null}", ERR_INVALID},
        {"{}", ERR_INVALID},
        {"[]", ERR_INVALID},
        {"{\"event\": \"will\"}", ERR_INVALID}, // the daemon's own
        {"{\"event\": \"reboot\"}", ERR_INVALID},
        {"{\"event\": \"shared-identity\"}", ERR_INVALID},
        {"{\"event\": \"download\"}", ERR_INVALID},
    };
    struct event e;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (decode(rows[i].json, &e) != rows[i].rc)
            fail_msg("%s", rows[i].json);
    }
}

static void test_wrong_types_are_left_out(void **state)
{
    static const char *const values[] = {"null", "true", "[]", "{}", "1.5", "-1"};
    static const char *const members[] = {"command", "id", "result", "image", "detail"};

    (void)state;
    for (size_t m = 0; m < sizeof members / sizeof members[0]; m++) {
        for (size_t v = 0; v < sizeof values / sizeof values[0]; v++) {
            char text[128];
            struct event e;

            snprintf(text, sizeof text, "{\"event\": \"x\", \"%s\": %s}", members[m], values[v]);
            assert_int_equal(decode(text, &e), 0);
            assert_int_equal(e.command_id, 0);
            assert_string_equal(e.command, "");
            assert_string_equal(e.result, "");
            assert_string_equal(e.image, "");
            assert_string_equal(e.detail, "");
        }
    }
}

static void test_id_bounds(void **state)
{
    static const struct {
        const char *id;
        int64_t value;
    } rows[] = {
        {"0", 0},
        {"1", 1},
        {"9007199254740992", 9007199254740992},
        {"9007199254740994", 0},
        {"1e99", 0},
        {"\"1\"", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[128];
        struct event e;

        snprintf(text, sizeof text, "{\"event\": \"x\", \"id\": %s}", rows[i].id);
        assert_int_equal(decode(text, &e), 0);
        assert_int_equal(e.command_id, rows[i].value);
    }
}

static void test_long_texts(void **state)
{
    char value[400] = "", text[1024];
    struct event e;

    (void)state;
    memset(value, 'v', 300);
    snprintf(text, sizeof text, "{\"event\": \"x\", \"detail\": \"%s\", \"result\": \"%s\"}", value,
        value);
    assert_int_equal(decode(text, &e), 0);
    assert_int_equal(strlen(e.detail), COMMAND_DETAIL_SIZE - 1);
    assert_string_equal(e.result, "");
}

static void test_truncated_at_each_byte(void **state)
{
    static const char text[] = "{\"event\": \"command\", \"id\": 42, \"result\": \"ok\"}";
    const char *reason;
    struct event e;

    (void)state;
    for (size_t n = 0; n < sizeof text - 1; n++)
        assert_int_equal(event_decode((const uint8_t *)text, n, &e, &reason), ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_full_event),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_wrong_types_are_left_out),
        cmocka_unit_test(test_id_bounds),
        cmocka_unit_test(test_long_texts),
        cmocka_unit_test(test_truncated_at_each_byte),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
