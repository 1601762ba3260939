// Events from bytes.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "server/ingest/event_decode.h"

// How many faults.
static int decode(const char *text, struct event *event)
{
    struct payload_faults faults = {0};

    memset(event, 0xa5, sizeof *event);
    event_decode((const uint8_t *)text, strlen(text), event, &faults);
    return (int)faults.count;
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
        bool told;
    } rows[] = {
        {"{\"event\": \"boot\"}", true},
        {"{\"event\": \"trial\"}", true},
        {"{\"event\": \"error\"}", true},
        {"{\"event\": \"something-later\"}", true},
        {"{\"event\": \"0123456789012345678901234567890\"}", true},
        {"{\"event\": \"01234567890123456789012345678901\"}", false},
        {"{\"event\": \"\"}", false},
        {"{\"event\": 5}", true},
        {"{\"event\": null}", false},
        {"{\"id\": 42}", false},
        {"{\"result\": \"ok\"}", false},
        {"{\"id\": 0, \"result\": \"ok\"}", false},
        {"{}", false},
        {"[]", false},
        {"{\"event\": \"will\"}", false}, // the daemon's own
        {"{\"event\": \"reboot\"}", false},
        {"{\"event\": \"shared-identity\"}", false},
        {"{\"event\": \"download\"}", false},
        {"{\"event\": \"replaced\"}", false},
    };
    struct event e;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int faults = decode(rows[i].json, &e);

        if ((e.kind[0] != '\0') != rows[i].told || (faults > 0) == rows[i].told)
            fail_msg("%s", rows[i].json);
    }
}

static void test_wrong_types_are_left_out(void **state)
{
    static const char *const values[] = {"null", "true", "[]", "{}", "false"};
    static const char *const members[] = {"command", "id", "result", "image", "detail"};

    (void)state;
    for (size_t m = 0; m < sizeof members / sizeof members[0]; m++) {
        for (size_t v = 0; v < sizeof values / sizeof values[0]; v++) {
            char text[128];
            struct event e;

            snprintf(text, sizeof text, "{\"event\": \"x\", \"%s\": %s}", members[m], values[v]);
            assert_int_equal(decode(text, &e), strcmp(values[v], "null") != 0);
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
        {"\"1\"", 1},
        {"1.5", 0},
        {"\"x\"", 0},
        {"-1", 0},
        {"9007199254740993.0", 9007199254740992},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[128];
        struct event e;

        snprintf(text, sizeof text, "{\"event\": \"x\", \"id\": %s}", rows[i].id);
        decode(text, &e);
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
    assert_int_equal(decode(text, &e), 1); // the result's
    assert_int_equal(strlen(e.detail), COMMAND_DETAIL_SIZE - 1);
    assert_string_equal(e.result, "");
}

// The id and the result are enough, wherever it is cut or garbled.
static void test_outcomes(void **state)
{
    static const struct {
        const char *json;
        bool ends; // the command
    } rows[] = {
        {"{\"event\":\"command\",\"id\":42,\"result\":\"ok\",\"detail\":\"the ima", true},
        {"{\"event\":\"command\",\"id\":42,\"result\":\"ok\"", true},
        {"{\"event\":\"command\",\"id\":42,\"result\":\"o", false},
        {"{\"event\":\"command\",\"result\":\"ok\",\"id\":4", false},
        {"{\"event\":nan,\"id\":42,\"result\":\"ok\"}", true},
        {"{\"id\":42,\"result\":\"ok\"}", true},
        {"{\"event\":\"reboot\",\"id\":42,\"result\":\"ok\"}", false},
        {"{'event':'command','id':'42','result':'ok',}", true},
        {"{\"event\":\"command\",\"detail\":\"T\xfcr\",\"id\":42,\"result\":\"ok\"}", true},
        {"{\"event\":\"command\",\"id\":42,\"result\":\"ok\"}\nx", true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct event e;

        assert_true(decode(rows[i].json, &e) > 0);

        bool ends =
            strcmp(e.kind, "command") == 0 && e.command_id == 42 && strcmp(e.result, "ok") == 0;

        if (ends != rows[i].ends)
            fail_msg("%s: %s %lld %s", rows[i].json, e.kind, (long long)e.command_id, e.result);
    }
}

// A step that is too long, and a code that is none, are left out; the old free text is enough.
static void test_failures(void **state)
{
    static const struct {
        const char *json, *step;
        int64_t code;
        int faults;
    } rows[] = {
        {"{\"event\":\"error\",\"detail\":\"x (-0x2700)\"}", "", 0, 0},
        {"{\"event\":\"error\",\"step\":\"handshake\",\"code\":-9984}", "handshake", -9984, 0},
        {"{\"event\":\"error\",\"step\":\"of-later-firm\",\"code\":-2147483648}", "of-later-firm",
            INT32_MIN, 0},
        {"{\"event\":\"error\",\"step\":\"fifteen-letters\",\"code\":2147483647}",
            "fifteen-letters", INT32_MAX, 0},
        {"{\"event\":\"error\",\"step\":\"sixteen--letters\",\"code\":2147483648}", "", 0, 2},
        {"{\"event\":\"error\",\"step\":{},\"code\":1.5}", "", 0, 2},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct event e;
        int faults = (int)decode(rows[i].json, &e);

        if (faults != rows[i].faults)
            fail_msg("row %zu: %d", i, faults);
        assert_string_equal(e.step, rows[i].step);
        assert_int_equal(e.code, rows[i].code);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_full_event),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_wrong_types_are_left_out),
        cmocka_unit_test(test_id_bounds),
        cmocka_unit_test(test_long_texts),
        cmocka_unit_test(test_outcomes),
        cmocka_unit_test(test_failures),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
