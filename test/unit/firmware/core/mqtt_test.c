// Tests of the MQTT session against a broker in memory.
#include "test/unit/firmware/mqtt_fixture.h"

static void test_connect(void **state)
{
    static const char expected[] = "\0\4MQTT\4\6\0\74\0\14" MAC "\0\27/will/" MAC
                                   "/will\0\43{\"espname\": \"measure-" MAC "\"}";
    struct fixture *f = *state;

    start_online(f);
    assert_int_equal(f->broker.connect_size, sizeof expected - 1);
    assert_memory_equal(f->broker.connect, expected, sizeof expected - 1);
    assert_string_equal(f->broker.filter, "/command/" MAC "/#");
}

static void test_refused(void **state)
{
    static const uint8_t codes[] = {1, 2, 3, 4, 5, 6, 255};
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof codes; i++) {
        char number[16];

        f->broker.connack_code = codes[i];
        assert_int_equal(start(f), -RESULT_MQTT_REFUSED);
        snprintf(number, sizeof number, "code %d)", codes[i]);
        assert_non_null(strstr(f->failure.detail, number));
    }
    f->broker.connack_code = 0;
    f->broker.suback_code = MQTT_PACKET_REFUSED;
    assert_int_equal(start(f), -RESULT_MQTT_REFUSED);
    f->broker.suback_code = 3;
    assert_int_equal(start(f), -RESULT_MQTT_MALFORMED);
    f->broker.suback_code = 0; // a lower QoS than asked for is good enough
    start_online(f);
}

static void test_no_answer(void **state)
{
    struct fixture *f = *state;

    f->broker.no_connack = true;
    assert_int_equal(start(f), STEP_AGAIN);
    advance(f, MQTT_ANSWER_MS - 1);
    assert_int_equal(step(f), STEP_AGAIN);
    assert_int_equal(mqtt_wait_ms(&f->mqtt, f->broker.server.port.now_ms), 1);
    advance(f, 1);
    assert_int_equal(step(f), -RESULT_TIMEOUT);
    f->broker.no_connack = false;
    f->broker.no_suback = true;
    assert_int_equal(start(f), STEP_AGAIN);
    advance(f, MQTT_ANSWER_MS);
    assert_int_equal(step(f), -RESULT_TIMEOUT);
}

// The broker repeats what was not acknowledged in its eyes: each is a message, and acknowledged.
static void test_redelivery(void **state)
{
    struct fixture *f = *state;

    start_online(f);
    fake_broker_publish(&f->broker, TOPIC, "{}", 1, 5, false);
    assert_int_equal(step(f), MQTT_STEP_MESSAGE);
    put(f, "\x3a\7\0\3a/b\0\5", 9); // DUP
    assert_int_equal(step(f), MQTT_STEP_MESSAGE);
    assert_int_equal(f->message.id, 5);
    assert_int_equal(step(f), STEP_AGAIN);
    assert_int_equal(f->broker.pubacks, 2);
}

static void test_publish(void **state)
{
    struct fixture *f = *state;

    assert_false(mqtt_publish(&f->mqtt, "a", "b", 1, 0)); // not online
    start_online(f);
    f->broker.no_puback = true;
    assert_true(mqtt_publish(&f->mqtt, "/event/x", "one", 3, 1));
    assert_false(mqtt_publish(&f->mqtt, "/event/x", "two", 3, 1)); // one at a time
    assert_true(mqtt_publish(&f->mqtt, "/status/x", "three", 5, 0));
    assert_int_equal(step(f), STEP_AGAIN);
    assert_int_equal(f->broker.count, 2);
    assert_string_equal(f->broker.messages[0].payload, "one");
    assert_string_equal(f->broker.messages[1].payload, "three");
    put(f, "\x40\2\0\2", 4);
    assert_int_equal(step(f), MQTT_STEP_ACK);
    assert_true(mqtt_publish(&f->mqtt, "/event/x", "four", 4, 1));
    put(f, "\x40\2\0\2", 4); // the old one's again
    assert_int_equal(step(f), -RESULT_MQTT_MALFORMED);
}

static void test_publish_no_room(void **state)
{
    static const char payload[MQTT_SEND_SIZE / 2 - 20] = {'x'}; // two fit
    struct fixture *f = *state;

    start_online(f);
    assert_false(mqtt_publish(&f->mqtt, "t", payload, MQTT_SEND_SIZE, 0));
    assert_true(mqtt_publish(&f->mqtt, "t", payload, sizeof payload, 0));
    assert_true(mqtt_publish(&f->mqtt, "t", payload, sizeof payload, 0));
    assert_false(mqtt_publish(&f->mqtt, "t", payload, sizeof payload, 1));
    assert_int_equal(step(f), STEP_AGAIN);
    assert_int_equal(f->broker.count, 2);
    assert_true(mqtt_publish(&f->mqtt, "t", payload, sizeof payload, 1)); // its id is still free
    assert_int_equal(step(f), MQTT_STEP_ACK);
}

static void test_publish_id_wraps(void **state)
{
    struct fixture *f = *state;

    start_online(f);
    f->mqtt.last_id = UINT16_MAX;
    assert_true(mqtt_publish(&f->mqtt, "t", "x", 1, 1));
    assert_int_equal(step(f), MQTT_STEP_ACK);
    assert_int_equal(f->mqtt.last_id, 2); // never 0, nor the subscription's
}

static void test_no_puback(void **state)
{
    struct fixture *f = *state;

    f->broker.no_puback = true;
    start_online(f);
    assert_true(mqtt_publish(&f->mqtt, "t", "x", 1, 1));
    assert_int_equal(step(f), STEP_AGAIN);
    advance(f, MQTT_ANSWER_MS);
    assert_int_equal(step(f), -RESULT_TIMEOUT);
}

static void test_ping(void **state)
{
    struct fixture *f = *state;

    start_online(f);
    advance(f, MQTT_PING_MS - 1);
    assert_int_equal(step(f), STEP_AGAIN);
    assert_int_equal(f->broker.pings, 0);
    assert_int_equal(mqtt_wait_ms(&f->mqtt, f->broker.server.port.now_ms), 1);
    advance(f, 1);
    assert_int_equal(step(f), STEP_AGAIN);
    assert_int_equal(f->broker.pings, 1);
    advance(f, MQTT_ANSWER_MS + 1); // it was answered
    assert_int_equal(step(f), STEP_AGAIN);
    f->broker.no_pingresp = true;
    advance(f, MQTT_PING_MS);
    assert_int_equal(step(f), STEP_AGAIN);
    assert_int_equal(f->broker.pings, 2);
    advance(f, MQTT_ANSWER_MS - 1);
    assert_int_equal(step(f), STEP_AGAIN);
    advance(f, 1);
    assert_int_equal(step(f), -RESULT_TIMEOUT);
}

// The keep-alive counts what the client sends (3.1.2.10): that the broker talks is no excuse.
static void test_ping_while_broker_talks(void **state)
{
    struct fixture *f = *state;

    start_online(f);
    for (unsigned i = 0; i < 12; i++) {
        fake_broker_publish(&f->broker, TOPIC, "", 0, 0, false);
        while (step(f) == MQTT_STEP_MESSAGE)
            continue;
        advance(f, 30000);
    }
    assert_true(f->broker.pings >= 12 * 30000 / (MQTT_KEEPALIVE_S * 1000) - 1);
}

static int take_nothing(struct port *port, const uint8_t *p, size_t n)
{
    (void)port;
    (void)p;
    (void)n;
    return PORT_AGAIN;
}

// A broker that reads nothing is left when it does not answer a ping for which there is no room,
// and until then waited for in peace.
static void test_ping_without_room(void **state)
{
    struct fixture *f = *state;

    start_online(f);
    f->ops.stream_send = take_nothing;
    assert_true(mqtt_publish(&f->mqtt, "t", "x", 1, 0));
    assert_int_equal(step(f), STEP_AGAIN);
    f->mqtt.unsent_used = MQTT_SEND_SIZE;
    advance(f, MQTT_PING_MS);
    assert_int_equal(step(f), STEP_AGAIN);
    assert_int_equal(mqtt_wait_ms(&f->mqtt, f->broker.server.port.now_ms), MQTT_ANSWER_MS);
    advance(f, MQTT_ANSWER_MS);
    assert_int_equal(step(f), -RESULT_TIMEOUT);
}

static void test_leave(void **state)
{
    struct fixture *f = *state;

    start_online(f);
    mqtt_leave(&f->mqtt);
    assert_int_equal(step(f), STEP_DONE);
    assert_true(f->broker.has_left);
    assert_int_equal(f->mqtt.phase, MQTT_IDLE);
    assert_int_equal(mqtt_wait_ms(&f->mqtt, 0), TIMER_NEVER);
}

// A broker that does not close is not waited for; nothing follows a DISCONNECT (3.14.4).
static void test_leave_late(void **state)
{
    struct fixture *f = *state;
    char payload[2000];

    start_online(f);
    f->broker.server.hangs = true;
    mqtt_leave(&f->mqtt);
    assert_int_equal(step(f), STEP_AGAIN);
    memset(payload, 'x', sizeof payload - 1);
    payload[sizeof payload - 1] = '\0';
    fake_broker_publish(&f->broker, TOPIC, payload, 1, 8, false);
    fake_broker_publish(&f->broker, TOPIC, "{}", 1, 9, false);
    assert_int_equal(step(f), MQTT_STEP_MESSAGE);
    assert_int_equal(step(f), STEP_AGAIN);
    assert_int_equal(f->broker.after_disconnect, 0);
    advance(f, MQTT_LEAVE_MS);
    assert_int_equal(step(f), STEP_DONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_connect),
        TEST(test_refused),
        TEST(test_no_answer),
        TEST(test_redelivery),
        TEST(test_publish),
        TEST(test_publish_no_room),
        TEST(test_publish_id_wraps),
        TEST(test_no_puback),
        TEST(test_ping),
        TEST(test_ping_while_broker_talks),
        TEST(test_ping_without_room),
        TEST(test_leave),
        TEST(test_leave_late),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
