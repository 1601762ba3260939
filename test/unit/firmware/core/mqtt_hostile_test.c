// Tests of the MQTT session against a broker that sends anything, in any pieces.
#include "test/unit/firmware/mqtt_fixture.h"

struct row {
    const char *bytes;
    size_t n;
};

// clang-format off: its versions differ in braces
#define ROW(s)                                                                                     \
    {                                                                                              \
        (s), sizeof(s) - 1                                                                         \
    }
// clang-format on

static void test_malformed_before(void **state)
{
    static const struct row rows[] = {
        ROW("\x90\3\0\1\0"),             // SUBACK
        ROW("\x30\5\0\3a/b"),            // PUBLISH
        ROW("\xd0\0"),                   // PINGRESP
        ROW("\x20\3\0\0\0"),             // CONNACK, too long
        ROW("\x20\1\0"),                 // too short
        ROW("\x20\2\2\0"),               // reserved flags
        ROW("\x21\2\0\0"),               // reserved bits of the header
        ROW("\x20\xff\xff\xff\xff\x7f"), // a length of five bytes
        ROW("\x20\xff\xff\xff\x7f"),     // 256 MB
        ROW("\x00\0"),
        ROW("\xf0\0"),
        ROW("\x10\0"),
        ROW("HTTP/1.1 400 Bad Request\r\n"),
    };
    struct fixture *f = *state;

    f->broker.no_connack = true;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(start(f), STEP_AGAIN);
        put(f, rows[i].bytes, rows[i].n);
        assert_int_equal(step(f), -RESULT_MQTT_MALFORMED);
    }
}

static void test_malformed_online(void **state)
{
    static const struct row rows[] = {
        ROW("\x20\2\0\0"),               // a second CONNACK
        ROW("\x90\3\0\1\0"),             // a second SUBACK
        ROW("\x40\2\0\2"),               // PUBACK of nothing
        ROW("\x40\2\0\0"),               // of no id
        ROW("\xd0\1x"),                  // PINGRESP with a body
        ROW("\x30\1\0"),                 // PUBLISH without a topic
        ROW("\x30\2\0\0"),               // with an empty one
        ROW("\x30\4\0\3ab"),             // with one that is longer than the packet
        ROW("\x32\5\0\3a/b"),            // QoS 1 without id
        ROW("\x32\7\0\3a/b\0\0"),        // with id 0
        ROW("\x34\7\0\3a/b\0\1"),        // QoS 2
        ROW("\x36\7\0\3a/b\0\1"),        // QoS 3
        ROW("\x30\xff\xff\xff\xff\x7f"), // a length of five bytes
        ROW("\x82\6\0\1\0\1#\0"),        // SUBSCRIBE
        ROW("\xe0\0"),                   // DISCONNECT
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        start_online(f);
        put(f, rows[i].bytes, rows[i].n);
        assert_int_equal(step(f), -RESULT_MQTT_MALFORMED);
    }
}

static void test_fragments(void **state)
{
    struct fixture *f = *state;

    f->broker.chunk = 1;
    start_online(f);
    fake_broker_publish(&f->broker, TOPIC, "{\"id\":7}", 1, 300, false);
    for (int i = 0; i < 5 && f->heard == 0; i++)
        (void)step(f);
    assert_int_equal(f->heard, 1);
    assert_int_equal(f->message.topic_size, strlen(TOPIC));
    assert_memory_equal(f->message.topic, TOPIC, strlen(TOPIC));
    assert_int_equal(f->message.payload_size, 8);
    assert_memory_equal(f->message.payload, "{\"id\":7}", 8);
    assert_int_equal(step(f), STEP_AGAIN);
    assert_int_equal(f->broker.puback_id, 300);
}

// Several packets in one record, and the connection's end right behind them.
static void test_together(void **state)
{
    struct fixture *f = *state;

    start_online(f);
    fake_broker_publish(&f->broker, TOPIC, "1", 0, 0, false);
    fake_broker_publish(&f->broker, TOPIC, "2", 1, 9, false);
    put(f, "\xd0\0", 2);
    fake_broker_publish(&f->broker, TOPIC, "3", 0, 0, false);
    f->broker.has_left = true; // closes once it has sent that
    assert_int_equal(step(f), MQTT_STEP_MESSAGE);
    assert_memory_equal(f->message.payload, "1", 1);
    assert_int_equal(mqtt_wait_ms(&f->mqtt, 0), 0); // there is more, which no socket will tell
    assert_int_equal(step(f), MQTT_STEP_MESSAGE);
    assert_memory_equal(f->message.payload, "2", 1);
    assert_int_equal(step(f), MQTT_STEP_MESSAGE);
    assert_memory_equal(f->message.payload, "3", 1);
    assert_int_equal(step(f), -RESULT_CONNECT_FAILED);
}

// The longest message that fits, and longer ones, which are acknowledged and dropped.
static void test_sizes(void **state)
{
    static const struct {
        size_t payload;
        bool heard;
    } rows[] = {
        {0, true},
        {MQTT_RECEIVE_SIZE - 3 - 2 - sizeof TOPIC + 1 - 2, true},
        {MQTT_RECEIVE_SIZE - 3 - 2 - sizeof TOPIC + 1 - 1, false},
        {MQTT_RECEIVE_SIZE, false},
        {3 * MQTT_RECEIVE_SIZE, false},
        {4000, false},
    };
    struct fixture *f = *state;
    char payload[4001];

    start_online(f);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        memset(payload, 'x', rows[i].payload);
        payload[rows[i].payload] = '\0';
        f->heard = 0;
        fake_broker_publish(&f->broker, TOPIC, payload, 1, (uint16_t)(100 + i), false);
        fake_broker_publish(&f->broker, "/command/after", "", 0, 0, false);
        assert_int_equal(step(f), MQTT_STEP_MESSAGE);
        if (rows[i].heard) {
            assert_int_equal(f->message.payload_size, rows[i].payload);
            assert_int_equal(step(f), MQTT_STEP_MESSAGE);
        }
        assert_int_equal(f->message.topic_size, strlen("/command/after"));
        assert_int_equal(step(f), STEP_AGAIN);
        assert_int_equal(f->broker.puback_id, 100 + i);
    }
}

// A topic that alone is too long leaves no way to find the id.
static void test_long_topic(void **state)
{
    struct fixture *f = *state;
    char topic[MQTT_RECEIVE_SIZE + 1];

    start_online(f);
    memset(topic, 'a', sizeof topic - 1);
    topic[sizeof topic - 1] = '\0';
    fake_broker_publish(&f->broker, topic, "", 1, 7, false);
    assert_int_equal(step(f), -RESULT_MQTT_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_malformed_before),
        TEST(test_malformed_online),
        TEST(test_fragments),
        TEST(test_together),
        TEST(test_sizes),
        TEST(test_long_topic),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
