// The device's session at the broker: however what the broker sends is cut into pieces, the device
// hears and says the same.
#include <string.h>

#include "common/crc32.h"
#include "firmware/core/mqtt.h"
#include "test/fuzz/fake_tls.h"
#include "test/fuzz/fuzz.h"

struct outcome {
    int rc;
    unsigned steps;    // that told something
    uint32_t told_crc; // what they told
    uint8_t sent[FAKE_TLS_SENT_MAX];
    size_t sent_size;
    char detail[FAILURE_DETAIL_SIZE];
};

static void tell(struct outcome *outcome, const void *p, size_t n)
{
    outcome->told_crc = crc32_update(outcome->told_crc, p, n);
}

// The same message, written and read again.
static void check_message(const struct mqtt_packet_publish *message)
{
    uint8_t bytes[MQTT_RECEIVE_SIZE + 8];
    struct mqtt_packet_header header;
    struct mqtt_packet_publish again;
    size_t n = mqtt_packet_write_publish(message, bytes, sizeof bytes);

    FUZZ_CHECK(n > 0 && mqtt_packet_read_header(bytes, n, &header) == 1);
    FUZZ_CHECK(header.type == MQTT_PACKET_PUBLISH && header.header_size + header.body_size == n);
    FUZZ_CHECK(mqtt_packet_read_publish(
        header.flags, bytes + header.header_size, header.body_size, &again));
    FUZZ_CHECK(again.qos == message->qos && again.retain == message->retain);
    FUZZ_CHECK(again.id == message->id && again.topic_size == message->topic_size);
    FUZZ_CHECK(again.payload_size == message->payload_size);
    FUZZ_CHECK(memcmp(again.topic, message->topic, again.topic_size) == 0);
    FUZZ_CHECK(memcmp(again.payload, message->payload, again.payload_size) == 0);
}

static void take_message(
    const struct mqtt *mqtt, const struct mqtt_packet_publish *message, struct outcome *outcome)
{
    const uint8_t *start = mqtt->received;
    const uint8_t *end = start + mqtt->received_used;
    const uint8_t *topic = (const uint8_t *)message->topic;

    FUZZ_CHECK(message->topic_size > 0 && message->qos <= 1);
    FUZZ_CHECK((message->qos > 0) == (message->id != 0));
    FUZZ_CHECK(topic >= start && topic + message->topic_size <= end);
    FUZZ_CHECK(message->payload >= start && message->payload + message->payload_size <= end);
    check_message(message);
    tell(outcome, topic, message->topic_size);
    tell(outcome, message->payload, message->payload_size);
}

static void run(const uint8_t *p, size_t n, size_t most, uint32_t seed, struct outcome *outcome)
{
    static const struct settings settings = {.mqtt.hosts[0] = "host", .mqtt.ports[0] = 1};
    struct tls tls;
    struct mqtt mqtt;
    struct mqtt_packet_publish message;
    struct failure failure = {0};
    int rc;

    outcome->steps = 0;
    outcome->told_crc = 0;
    fake_tls_start(&tls, p, n, most, seed);
    FUZZ_CHECK(mqtt_start(&mqtt, &tls, &settings, "84f3eb012345", &failure) == 0);
    while ((rc = mqtt_step(&mqtt, &message, &failure)) > 0) {
        FUZZ_CHECK(mqtt.received_used <= MQTT_RECEIVE_SIZE);
        FUZZ_CHECK(mqtt.received_done <= mqtt.received_used);
        FUZZ_CHECK(mqtt.unsent_used <= MQTT_SEND_SIZE);
        if (rc == STEP_AGAIN)
            continue;
        outcome->steps++;
        tell(outcome, &rc, sizeof rc);
        if (rc == MQTT_STEP_MESSAGE)
            take_message(&mqtt, &message, outcome);
        else
            (void)mqtt_publish(&mqtt, "/event/84f3eb012345", "{}", 2, 1);
    }
    outcome->rc = rc;
    memcpy(outcome->sent, fake_tls_sent(&outcome->sent_size), sizeof outcome->sent);
    memcpy(outcome->detail, failure.detail, sizeof failure.detail);
    mqtt_stop(&mqtt);
}

// The packets themselves, with nothing to be read behind them.
static void check_packets(const uint8_t *p, size_t n)
{
    struct mqtt_packet_header header;
    struct mqtt_packet_publish publish;
    unsigned code;
    uint16_t id;

    if (mqtt_packet_read_header(p, n, &header) != 1)
        return;
    FUZZ_CHECK(header.header_size >= 2 && header.header_size <= 5 && header.header_size <= n);
    FUZZ_CHECK(header.body_size < (size_t)1 << 28);
    p += header.header_size;
    n -= header.header_size;
    (void)mqtt_packet_read_connack(p, n, &code);
    (void)mqtt_packet_read_suback(p, n, &id, &code);
    (void)mqtt_packet_read_puback(p, n, &id);
    for (unsigned flags = 0; flags < 16; flags++)
        (void)mqtt_packet_read_publish(flags, p, n, &publish);
}

// At an error the rest of what was to be sent is lost: sooner or later.
static void check_sent(const struct outcome *a, const struct outcome *b)
{
    size_t n = a->sent_size < b->sent_size ? a->sent_size : b->sent_size;

    FUZZ_CHECK(memcmp(a->sent, b->sent, n) == 0);
    if (a->rc != -(int)RESULT_MQTT_MALFORMED && a->rc != -(int)RESULT_MQTT_REFUSED)
        FUZZ_CHECK(a->sent_size == b->sent_size);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    const uint8_t *bytes = fuzz_bytes(p, n);
    uint32_t seed = crc32_update(0, p, n) | 1;
    static struct outcome whole;
    static struct outcome pieces;

    check_packets(bytes, n);
    run(bytes, n, 0, 0, &whole);
    for (int i = 0; i < 2; i++) {
        run(bytes, n, i == 0 ? 1 : 1 + seed % 200, seed, &pieces);
        FUZZ_CHECK(pieces.rc == whole.rc && pieces.steps == whole.steps);
        FUZZ_CHECK(pieces.told_crc == whole.told_crc);
        check_sent(&pieces, &whole);
        FUZZ_CHECK(strcmp(pieces.detail, whole.detail) == 0);
    }
    return 0;
}
