// Tests of what one identity may cost the broker.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "server/broker/client_bounds.h"

static struct limits limits;
static struct client client;

static int set_up(void **state)
{
    (void)state;
    limits_init(&limits);
    limits.messages_per_second = 2;
    limits.messages_burst = 4;
    limits.bytes_per_second = 10;
    limits.bytes_burst = 100;
    limits.payload_bytes = 60;
    limits.topic_bytes = 10;
    limits.topic_levels = 3;
    limits.subscriptions = 2;
    limits.subscribes_per_minute = 6;
    limits.subscribes_burst = 4;
    limits.connections_per_minute = 6;
    limits.connections_burst = 2;
    limits.identifiers_per_day = 1;
    limits.identifiers_burst = 1;
    limits.waiting_messages = 3;
    limits.waiting_bytes = 50;
    limits.waiting_commands = 2;
    limits.dropped_per_minute = 60;
    limits.dropped_burst = 3;
    limits.shut_out_seconds = 60;
    client = (struct client){0};
    return 0;
}

static void expect(const char *expected, const char *actual)
{
    if (expected == NULL)
        assert_null(actual);
    else
        assert_string_equal(actual, expected);
}

static void test_topic(void **state)
{
    static const struct {
        const char *topic;
        const char *over;
    } rows[] = {
        {"", NULL},
        {"a/b/c", NULL},
        {"a/b/c/", "topic-levels"},
        {"//", NULL},
        {"///", "topic-levels"},
        {"0123456789", NULL},
        {"01234567890", "topic-bytes"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect(rows[i].over, client_bounds_topic(&limits, rows[i].topic));
}

static void test_message(void **state)
{
    static const struct {
        int64_t now_ms;
        size_t topic_n;
        size_t n;
        const char *over;
    } rows[] = {
        {1000, 5, 61, "payload-bytes"}, // costs nothing else
        {1000, 5, 60, NULL},
        {1000, 5, 31, "bytes-per-second"}, // but a message
        {1000, 5, 30, NULL},
        {1000, 0, 0, NULL},
        {1000, 0, 0, "messages-per-second"},
        {1499, 0, 0, "messages-per-second"},
        {1500, 0, 0, NULL},
        {2000, 0, 11, "bytes-per-second"},
        {2500, 0, 15, NULL},
        {100000, 0, 60, NULL},
        {100000, 70000, 0, "bytes-per-second"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect(rows[i].over,
            client_bounds_message(&limits, &client, rows[i].now_ms, rows[i].topic_n, rows[i].n));
}

static void test_subscription(void **state)
{
    (void)state;
    expect(NULL, client_bounds_subscription(&limits, &client, 1000, 0));
    expect(NULL, client_bounds_subscription(&limits, &client, 1000, 1));
    expect("subscriptions", client_bounds_subscription(&limits, &client, 1000, 2));
    expect(NULL, client_bounds_refused(&limits, &client, 1000));
    expect(NULL, client_bounds_subscription(&limits, &client, 1000, 0));
    // asking costs as much as saying
    expect("messages-per-second", client_bounds_subscription(&limits, &client, 1000, 0));
    expect("messages-per-second", client_bounds_refused(&limits, &client, 1000));
    // not as often as messages
    expect("subscribes-per-minute", client_bounds_subscription(&limits, &client, 5000, 0));
    expect(NULL, client_bounds_subscription(&limits, &client, 11000, 0));
    expect("subscribes-per-minute", client_bounds_subscription(&limits, &client, 11000, 0));
}

static void test_connections(void **state)
{
    (void)state;
    expect(NULL, client_bounds_attempt(&limits, &client, 1000));
    expect(NULL, client_bounds_attempt(&limits, &client, 1000));
    expect("connections-per-minute", client_bounds_attempt(&limits, &client, 10999));
    expect(NULL, client_bounds_attempt(&limits, &client, 11001));
    expect(NULL, client_bounds_identifier(&limits, &client, 1000));
    expect("identifiers-per-day", client_bounds_identifier(&limits, &client, 80000000));
    expect(NULL, client_bounds_identifier(&limits, &client, 86401000));
}

static void test_waiting(void **state)
{
    (void)state;
    expect(NULL, client_bounds_waiting(&limits, &client, 1, 40));
    expect("waiting-bytes", client_bounds_waiting(&limits, &client, 1, 11));
    expect(NULL, client_bounds_waiting(&limits, &client, 1, 10));
    expect(NULL, client_bounds_waiting(&limits, &client, 1, 0));
    expect("waiting-messages", client_bounds_waiting(&limits, &client, 1, 0));
    expect(NULL, client_bounds_waiting(&limits, &client, 2, 50)); // the daemon has been here
    expect("waiting-bytes", client_bounds_waiting(&limits, &client, 2, 1));
    expect(NULL, client_bounds_command(&limits, &client));
    expect(NULL, client_bounds_command(&limits, &client));
    expect("waiting-commands", client_bounds_command(&limits, &client));
}

// Some drops are nothing; who goes on is shut out, for a while.
static void test_drop(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++)
        assert_false(client_bounds_drop(&limits, &client, 1000, "payload-bytes"));
    assert_string_equal(client.reason, "payload-bytes");
    assert_false(client_bounds_is_shut_out(&client, 1000));
    assert_true(client_bounds_drop(&limits, &client, 1000, "topic-bytes"));
    assert_string_equal(client.reason, "topic-bytes");
    assert_true(client_bounds_is_shut_out(&client, 1000));
    assert_false(client_bounds_drop(&limits, &client, 1001, "topic-bytes")); // it is already
    assert_true(client_bounds_is_shut_out(&client, 60999));
    assert_false(client_bounds_is_shut_out(&client, 61000));
    assert_false(client_bounds_drop(&limits, &client, 61000, "topic-bytes"));
    // longer, but never shorter
    client_bounds_shut_out(&client, 61000, 100, "x");
    client_bounds_shut_out(&client, 61000, 10, "y");
    assert_true(client_bounds_is_shut_out(&client, 160999));
    assert_false(client_bounds_is_shut_out(&client, 161000));
}

// One a second forever is never too much.
static void test_drop_rarely(void **state)
{
    (void)state;
    for (int64_t now_ms = 1000; now_ms < 10000000; now_ms += 1000)
        assert_false(client_bounds_drop(&limits, &client, now_ms, "payload-bytes"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_topic, set_up),
        cmocka_unit_test_setup(test_message, set_up),
        cmocka_unit_test_setup(test_subscription, set_up),
        cmocka_unit_test_setup(test_connections, set_up),
        cmocka_unit_test_setup(test_waiting, set_up),
        cmocka_unit_test_setup(test_drop, set_up),
        cmocka_unit_test_setup(test_drop_rarely, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
