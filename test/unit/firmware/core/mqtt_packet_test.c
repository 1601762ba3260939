// Tests of the MQTT codec.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/core/mqtt_packet.h"

static void test_header(void **state)
{
    static const struct {
        uint8_t bytes[5];
        size_t n;
        int rc;
        size_t header_size;
        size_t body_size;
    } rows[] = {
        {{0}, 0, 0, 0, 0},
        {{0x20}, 1, 0, 0, 0},
        {{0x20, 2}, 2, 1, 2, 2},
        {{0x30, 0x7f}, 2, 1, 2, 127},
        {{0x30, 0x80}, 2, 0, 0, 0},
        {{0x30, 0x80, 1}, 3, 1, 3, 128},
        {{0x32, 0xff, 0xff, 0xff, 0x7f}, 5, 1, 5, 268435455},
        {{0x30, 0xff, 0xff, 0xff}, 4, 0, 0, 0},
        {{0x30, 0xff, 0xff, 0xff, 0xff}, 5, -1, 0, 0},
        {{0x3b, 0}, 2, 1, 2, 0},  // DUP, QoS 1, RETAIN
        {{0x34, 0}, 2, -1, 0, 0}, // QoS 2
        {{0x36, 0}, 2, -1, 0, 0},
        {{0x00, 0}, 2, -1, 0, 0},
        {{0x10, 0}, 2, -1, 0, 0}, // CONNECT
        {{0x21, 2}, 2, -1, 0, 0}, // flags
        {{0x40, 2}, 2, 1, 2, 2},
        {{0x50, 2}, 2, -1, 0, 0},
        {{0x82, 0}, 2, -1, 0, 0},
        {{0x90, 3}, 2, 1, 2, 3},
        {{0xd0, 0}, 2, 1, 2, 0},
        {{0xe0, 0}, 2, -1, 0, 0},
        {{0xf0, 0}, 2, -1, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct mqtt_packet_header header = {0};

        assert_int_equal(mqtt_packet_read_header(rows[i].bytes, rows[i].n, &header), rows[i].rc);
        assert_int_equal(header.header_size, rows[i].header_size);
        assert_int_equal(header.body_size, rows[i].body_size);
    }
}

static void test_connect(void **state)
{
    static const uint8_t expected[] = {0x10, 27, 0, 4, 'M', 'Q', 'T', 'T', 4, 0x06, 0, 60, 0, 2,
        'i', 'd', 0, 4, 't', '/', 'x', 'y', 0, 5, 'h', 'e', 'l', 'l', 'o'};
    struct mqtt_packet_connect connect = {
        .client_id = "id",
        .keepalive_s = 60,
        .will_topic = "t/xy",
        .will_payload = "hello",
    };
    uint8_t out[64];

    (void)state;
    assert_int_equal(mqtt_packet_write_connect(&connect, out, sizeof out), sizeof expected);
    assert_memory_equal(out, expected, sizeof expected);
    for (size_t n = 0; n < sizeof expected; n++) {
        uint8_t *part = malloc(n == 0 ? 1 : n);

        assert_int_equal(mqtt_packet_write_connect(&connect, part, n), 0);
        free(part);
    }
}

static void test_small_packets(void **state)
{
    static const uint8_t subscribe[] = {0x82, 8, 0, 1, 0, 3, '/', 'a', '#', 1};
    static const uint8_t puback[] = {0x40, 2, 0x12, 0x34};
    static const uint8_t ping[] = {0xc0, 0};
    static const uint8_t disconnect[] = {0xe0, 0};
    uint8_t out[16];

    (void)state;
    assert_int_equal(mqtt_packet_write_subscribe(1, "/a#", 1, out, sizeof out), 10);
    assert_memory_equal(out, subscribe, 10);
    assert_int_equal(mqtt_packet_write_subscribe(1, "/a#", 1, out, 9), 0);
    assert_int_equal(mqtt_packet_write_puback(0x1234, out, 4), 4);
    assert_memory_equal(out, puback, 4);
    assert_int_equal(mqtt_packet_write_puback(0x1234, out, 3), 0);
    assert_int_equal(mqtt_packet_write_empty(MQTT_PACKET_PINGREQ, out, 2), 2);
    assert_memory_equal(out, ping, 2);
    assert_int_equal(mqtt_packet_write_empty(MQTT_PACKET_DISCONNECT, out, 2), 2);
    assert_memory_equal(out, disconnect, 2);
    assert_int_equal(mqtt_packet_write_empty(MQTT_PACKET_DISCONNECT, out, 1), 0);
}

static void round_trip(unsigned qos, size_t payload_size)
{
    static uint8_t payload[20000];
    static uint8_t out[20100];
    struct mqtt_packet_publish publish = {
        .topic = "/t",
        .topic_size = 2,
        .payload = payload,
        .payload_size = payload_size,
        .qos = qos,
        .retain = true,
        .id = 77,
    };
    struct mqtt_packet_publish read = {0};
    struct mqtt_packet_header header;
    size_t n = mqtt_packet_write_publish(&publish, out, sizeof out);

    assert_true(n > 0);
    assert_int_equal(mqtt_packet_write_publish(&publish, out, n - 1), 0);
    assert_int_equal(mqtt_packet_read_header(out, n, &header), 1);
    assert_int_equal(header.header_size + header.body_size, n);
    assert_true(
        mqtt_packet_read_publish(header.flags, out + header.header_size, header.body_size, &read));
    assert_int_equal(read.qos, qos);
    assert_int_equal(read.payload_size, payload_size);
    assert_true(read.retain);
    assert_memory_equal(read.topic, "/t", 2);
    assert_int_equal(read.id, qos > 0 ? 77 : 0);
}

static void test_publish(void **state)
{
    (void)state;
    for (unsigned qos = 0; qos <= 1; qos++) {
        round_trip(qos, 0);
        round_trip(qos, 1);
        round_trip(qos, 121);
        round_trip(qos, 125);
        round_trip(qos, 16380);
        round_trip(qos, 20000);
    }
}

static void test_publish_truncated(void **state)
{
    static const uint8_t whole[] = {0, 3, 'a', 'b', 'c', 0, 9};
    struct mqtt_packet_publish out;

    (void)state;
    for (size_t n = 0; n < sizeof whole; n++) {
        uint8_t *part = malloc(n == 0 ? 1 : n);

        memcpy(part, whole, n);
        assert_false(mqtt_packet_read_publish(2, part, n, &out));
        assert_int_equal(mqtt_packet_read_publish(0, part, n, &out), n >= 5);
        free(part);
    }
    assert_true(mqtt_packet_read_publish(2, whole, sizeof whole, &out));
    assert_false(mqtt_packet_read_publish(4, whole, sizeof whole, &out));
    assert_false(mqtt_packet_read_publish(0, (const uint8_t *)"\0\0x", 3, &out));     // empty topic
    assert_false(mqtt_packet_read_publish(2, (const uint8_t *)"\0\1a\0\0", 5, &out)); // id 0
}

static void test_acks(void **state)
{
    unsigned code = 99;
    uint16_t id = 99;

    (void)state;
    assert_true(mqtt_packet_read_connack((const uint8_t *)"\1\5", 2, &code));
    assert_int_equal(code, 5);
    assert_false(mqtt_packet_read_connack((const uint8_t *)"\2\0", 2, &code));
    assert_false(mqtt_packet_read_connack((const uint8_t *)"\0", 1, &code));
    assert_false(mqtt_packet_read_connack((const uint8_t *)"\0\0\0", 3, &code));
    assert_true(mqtt_packet_read_puback((const uint8_t *)"\1\2", 2, &id));
    assert_int_equal(id, 0x102);
    assert_false(mqtt_packet_read_puback((const uint8_t *)"\1", 1, &id));
    assert_false(mqtt_packet_read_puback((const uint8_t *)"\1\2\3", 3, &id));
    assert_true(mqtt_packet_read_suback((const uint8_t *)"\0\1\200", 3, &id, &code));
    assert_int_equal(code, MQTT_PACKET_REFUSED);
    assert_false(mqtt_packet_read_suback((const uint8_t *)"\0\1\3", 3, &id, &code));
    assert_false(mqtt_packet_read_suback((const uint8_t *)"\0\1", 2, &id, &code));
    assert_false(mqtt_packet_read_suback((const uint8_t *)"\0\1\0\0", 4, &id, &code));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_header),
        cmocka_unit_test(test_connect),
        cmocka_unit_test(test_small_packets),
        cmocka_unit_test(test_publish),
        cmocka_unit_test(test_publish_truncated),
        cmocka_unit_test(test_acks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
