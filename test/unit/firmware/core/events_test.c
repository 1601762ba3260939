// Tests of the queue of events.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/contract.h"
#include "firmware/core/events.h"
#include "test/unit/firmware/fake_port.h"

static void add(struct events *events, const char *kind, int64_t id)
{
    struct report_event event = {.kind = kind, .has_id = true, .id = id};

    events_add(events, &event);
}

static bool first_is(const struct events *events, const char *text)
{
    size_t n = 0;
    const char *first = events_first(events, &n);

    return first != NULL && n == strlen(text) && memcmp(first, text, n) == 0;
}

static void test_order_and_file(void **state)
{
    static struct fake_port port;
    struct events events = {0};
    struct events again = {0};
    unsigned ops;
    size_t n;

    (void)state;
    fake_init(&port);
    assert_null(events_first(&events, &n));
    add(&events, "command", 1);
    add(&events, "command", 2);
    assert_int_equal(events_save(&events, &port.port), 0);
    ops = port.power.ops;
    assert_int_equal(events_save(&events, &port.port), 0);
    assert_int_equal(port.power.ops, ops); // nothing had changed
    events_load(&again, &port.port);
    assert_true(first_is(&again, "{\"event\":\"command\",\"id\":1,\"result\":\"ok\"}"));
    events_drop(&again);
    assert_true(first_is(&again, "{\"event\":\"command\",\"id\":2,\"result\":\"ok\"}"));
    events_drop(&again);
    events_drop(&again);
    assert_null(events_first(&again, &n));
    assert_int_equal(events_save(&again, &port.port), 0);
    assert_false(fake_has_file(&port.port, EVENTS_FILE));
}

static void test_damaged_file(void **state)
{
    static const char *const rows[] = {
        "", "{}", "{\1}\n", "{\xff}\n", "\n", "\n\n", "x\n", "{\n", "}\n"};
    static struct fake_port port;
    struct events events;
    size_t n;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fake_init(&port);
        files_write(&port.port, EVENTS_FILE, (const uint8_t *)rows[i], strlen(rows[i]));
        events_load(&events, &port.port);
        assert_null(events_first(&events, &n));
    }
}

// A line that no packet takes would stay the first for ever.
static void test_damaged_lines(void **state)
{
    static struct fake_port port;
    static char text[EVENTS_SIZE];
    struct events events;
    size_t n;

    (void)state;
    for (int extra = 0; extra <= 1; extra++) {
        size_t longest = (size_t)(REPORT_SIZE - 1 + extra);

        memset(text, 'x', sizeof text);
        memcpy(text, "\n{}\nhello\n{", 11);
        memcpy(text + 10 + longest - 1, "}\n{\"a\":1}\n{\"", 12);
        fake_init(&port);
        files_write(&port.port, EVENTS_FILE, (uint8_t *)text, sizeof text);
        events_load(&events, &port.port);
        assert_true(first_is(&events, "{}"));
        events_drop(&events);
        events_first(&events, &n);
        if (extra == 0) {
            assert_int_equal(n, longest);
            events_drop(&events);
        }
        assert_true(first_is(&events, "{\"a\":1}"));
        events_drop(&events);
        assert_null(events_first(&events, &n));
    }
}

// What was dropped at the start is gone from the file after the next save.
static void test_damaged_lines_leave_the_file(void **state)
{
    static struct fake_port port;
    struct events events;

    (void)state;
    fake_init(&port);
    files_write(&port.port, EVENTS_FILE, (const uint8_t *)"x\n{}\n", 5);
    events_load(&events, &port.port);
    assert_int_equal(events_save(&events, &port.port), 0);
    events_load(&events, &port.port);
    assert_false(events.dirty);
    assert_true(first_is(&events, "{}"));
}

// The same error once; many errors leave room; outcomes push out the oldest.
static void test_limits(void **state)
{
    struct events events = {0};

    (void)state;
    add(&events, CONTRACT_EVENT_KIND_ERROR, 1);
    add(&events, CONTRACT_EVENT_KIND_ERROR, 1);
    size_t one = events.used;

    events_drop(&events);
    assert_int_equal(events.used, 0);
    assert_true(one > 0);
    for (int i = 0; i < 1000; i++)
        add(&events, CONTRACT_EVENT_KIND_ERROR, i);
    assert_true(events.used <= EVENTS_SIZE / 2);
    events.first_is_sent = true;
    for (int i = 0; i < 1000; i++)
        add(&events, CONTRACT_EVENT_KIND_COMMAND, i);
    assert_true(events.used <= EVENTS_SIZE);
    assert_false(events.first_is_sent);
    assert_non_null(memmem(events.lines, events.used, "\"id\":999,", 9));
    assert_null(memmem(events.lines, events.used, "\"error\"", 7));
}

// What could not be written is written with the next try, though nothing was added.
static void test_write_fails(void **state)
{
    static struct fake_port port;
    struct events events = {0};

    (void)state;
    fake_init(&port);
    add(&events, "command", 1);
    port.power.fails_in = 0;
    assert_int_equal(events_save(&events, &port.port), PORT_FAILED);
    assert_false(fake_has_file(&port.port, EVENTS_FILE));
    assert_int_equal(events_save(&events, &port.port), 0);
    assert_true(fake_has_file(&port.port, EVENTS_FILE));
    events_drop(&events);
    port.power.fails_in = 0;
    assert_int_equal(events_save(&events, &port.port), PORT_FAILED);
    assert_int_equal(events_save(&events, &port.port), 0);
    assert_false(fake_has_file(&port.port, EVENTS_FILE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_and_file),
        cmocka_unit_test(test_damaged_file),
        cmocka_unit_test(test_damaged_lines),
        cmocka_unit_test(test_damaged_lines_leave_the_file),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_write_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
