// The session at the broker.
#include "firmware/core/mqtt.h"

#include <stdio.h>
#include <string.h>

#include "common/contract.h"
#include "common/topic.h"

#define SUBSCRIBE_ID 1

static uint32_t now_ms(const struct mqtt *mqtt)
{
    return mqtt->tls->port->ops->now_ms(mqtt->tls->port);
}

static void expect_answer(struct mqtt *mqtt, uint32_t length_ms)
{
    timer_start(&mqtt->answer, now_ms(mqtt), length_ms);
}

int mqtt_start(struct mqtt *mqtt, struct tls *tls, const struct settings *settings, const char *mac,
    struct failure *failure)
{
    memset(mqtt, 0, sizeof *mqtt);
    mqtt->tls = tls;
    snprintf(mqtt->mac, sizeof mqtt->mac, "%s", mac);
    mqtt->last_id = SUBSCRIBE_ID;
    expect_answer(mqtt, TIMER_NEVER);

    int rc = tls_open(tls, TLS_PEER_BROKER, settings_host(&settings->mqtt),
        settings_port(&settings->mqtt), failure);

    if (rc == 0)
        mqtt->phase = MQTT_TLS;
    return rc;
}

static uint8_t *room(struct mqtt *mqtt, size_t *size)
{
    *size = sizeof mqtt->unsent - mqtt->unsent_used;
    return mqtt->unsent + mqtt->unsent_used;
}

static int send_connect(struct mqtt *mqtt)
{
    char topic[TOPIC_SIZE];
    char payload[48];
    struct mqtt_packet_connect connect = {
        .client_id = mqtt->mac,
        .keepalive_s = MQTT_KEEPALIVE_S,
        .will_topic = topic,
        .will_payload = payload,
    };
    size_t size;
    uint8_t *out = room(mqtt, &size);

    topic_format(topic, TOPIC_WILL, mqtt->mac, NULL);
    snprintf(payload, sizeof payload,
        "{\"" CONTRACT_STATUS_NAME "\": \"" CONTRACT_NAME_PREFIX "%s\"}", mqtt->mac);
    mqtt->unsent_used += mqtt_packet_write_connect(&connect, out, size);
    mqtt->phase = MQTT_CONNECTING;
    expect_answer(mqtt, MQTT_ANSWER_MS);
    return STEP_AGAIN;
}

static void send_subscribe(struct mqtt *mqtt)
{
    char filter[TOPIC_SIZE];
    size_t size;
    uint8_t *out = room(mqtt, &size);

    topic_format(filter, TOPIC_COMMAND, mqtt->mac, "#");
    mqtt->unsent_used += mqtt_packet_write_subscribe(SUBSCRIBE_ID, filter, 1, out, size);
    mqtt->phase = MQTT_SUBSCRIBING;
    expect_answer(mqtt, MQTT_ANSWER_MS);
}

static bool send_empty(struct mqtt *mqtt, enum mqtt_packet_type type)
{
    size_t size;
    uint8_t *out = room(mqtt, &size);
    size_t n = mqtt_packet_write_empty(type, out, size);

    mqtt->unsent_used += n;
    return n > 0;
}

static void send_puback(struct mqtt *mqtt, const struct mqtt_packet_publish *message)
{
    size_t size;
    uint8_t *out = room(mqtt, &size);

    // Nothing may follow a DISCONNECT. Without an answer, for want of room too, the broker waits in
    // vain, and as the session is clean it forgets.
    if (message->qos > 0 && mqtt->phase != MQTT_LEAVING)
        mqtt->unsent_used += mqtt_packet_write_puback(message->id, out, size);
}

bool mqtt_publish(struct mqtt *mqtt, const char *topic, const char *payload, size_t n, unsigned qos)
{
    uint16_t id = mqtt->last_id == UINT16_MAX ? SUBSCRIBE_ID + 1 : (uint16_t)(mqtt->last_id + 1);
    struct mqtt_packet_publish publish = {
        .topic = topic,
        .topic_size = strlen(topic),
        .payload = (const uint8_t *)payload,
        .payload_size = n,
        .qos = qos,
        .id = id,
    };
    size_t size;
    uint8_t *out = room(mqtt, &size);

    if (mqtt->phase != MQTT_ONLINE || (qos > 0 && mqtt->open_id != 0))
        return false;

    size_t written = mqtt_packet_write_publish(&publish, out, size);

    if (written == 0)
        return false;
    mqtt->unsent_used += written;
    if (qos == 0)
        return true;
    mqtt->last_id = id;
    mqtt->open_id = id;
    expect_answer(mqtt, MQTT_ANSWER_MS);
    return true;
}

void mqtt_leave(struct mqtt *mqtt)
{
    (void)send_empty(mqtt, MQTT_PACKET_DISCONNECT);
    mqtt->phase = MQTT_LEAVING;
    expect_answer(mqtt, MQTT_LEAVE_MS);
}

static int flush(struct mqtt *mqtt, struct failure *failure)
{
    while (mqtt->unsent_used > 0) {
        int n = tls_write(mqtt->tls, mqtt->unsent, mqtt->unsent_used, failure);

        if (n <= 0)
            return n;
        mqtt->unsent_used -= (size_t)n;
        memmove(mqtt->unsent, mqtt->unsent + n, mqtt->unsent_used);
    }
    return 0;
}

static int malformed(struct failure *failure, const char *what)
{
    return failure_set(failure, RESULT_MQTT_MALFORMED, "broker: %s", what);
}

// By its number (MQTT 3.1.1, table 2.1): a name for each takes room that the chip has not.
static int unexpected(struct failure *failure, unsigned type)
{
    return failure_set(failure, RESULT_MQTT_MALFORMED, "broker: unexpected packet (type %u)", type);
}

static int handle_connack(struct mqtt *mqtt, const uint8_t *p, size_t n, struct failure *failure)
{
    unsigned code;

    if (mqtt->phase != MQTT_CONNECTING || !mqtt_packet_read_connack(p, n, &code))
        return unexpected(failure, MQTT_PACKET_CONNACK);
    if (code != 0)
        return failure_set(
            failure, RESULT_MQTT_REFUSED, "broker: refused the connection (code %u)", code);
    send_subscribe(mqtt);
    return STEP_AGAIN;
}

static int handle_suback(struct mqtt *mqtt, const uint8_t *p, size_t n, struct failure *failure)
{
    uint16_t id;
    unsigned code;

    if (mqtt->phase != MQTT_SUBSCRIBING || !mqtt_packet_read_suback(p, n, &id, &code) ||
        id != SUBSCRIBE_ID)
        return unexpected(failure, MQTT_PACKET_SUBACK);
    if (code == MQTT_PACKET_REFUSED)
        return failure_set(failure, RESULT_MQTT_REFUSED, "broker: refused the subscription");
    mqtt->phase = MQTT_ONLINE;
    timer_start(&mqtt->ping, now_ms(mqtt), MQTT_PING_MS);
    expect_answer(mqtt, TIMER_NEVER);
    return MQTT_STEP_ONLINE;
}

static int handle_puback(struct mqtt *mqtt, const uint8_t *p, size_t n, struct failure *failure)
{
    uint16_t id;

    if (!mqtt_packet_read_puback(p, n, &id) || id == 0 || id != mqtt->open_id)
        return unexpected(failure, MQTT_PACKET_PUBACK);
    mqtt->open_id = 0;
    if (!mqtt->ping_open && mqtt->phase == MQTT_ONLINE)
        expect_answer(mqtt, TIMER_NEVER);
    return MQTT_STEP_ACK;
}

static int handle_pingresp(struct mqtt *mqtt, size_t n, struct failure *failure)
{
    if (n != 0)
        return unexpected(failure, MQTT_PACKET_PINGRESP);
    mqtt->ping_open = false;
    if (mqtt->open_id == 0 && mqtt->phase == MQTT_ONLINE)
        expect_answer(mqtt, TIMER_NEVER);
    return STEP_AGAIN;
}

static int handle_packet(struct mqtt *mqtt, const struct mqtt_packet_header *header,
    struct mqtt_packet_publish *message, struct failure *failure)
{
    const uint8_t *p = mqtt->received + header->header_size;
    size_t n = header->body_size;

    if (mqtt->phase == MQTT_CONNECTING && header->type != MQTT_PACKET_CONNACK)
        return unexpected(failure, header->type);
    switch (header->type) {
    case MQTT_PACKET_CONNACK: return handle_connack(mqtt, p, n, failure);
    case MQTT_PACKET_SUBACK: return handle_suback(mqtt, p, n, failure);
    case MQTT_PACKET_PUBACK: return handle_puback(mqtt, p, n, failure);
    case MQTT_PACKET_PINGRESP: return handle_pingresp(mqtt, n, failure);
    default: break;
    }
    if (!mqtt_packet_read_publish(header->flags, p, n, message))
        return malformed(failure, "malformed packet");
    send_puback(mqtt, message);
    return MQTT_STEP_MESSAGE;
}

// A message that does not fit is acknowledged by what fits of it, and the rest is passed over.
static int drop_long(
    struct mqtt *mqtt, const struct mqtt_packet_header *header, struct failure *failure)
{
    struct mqtt_packet_publish message;

    if (header->type != MQTT_PACKET_PUBLISH || mqtt->phase == MQTT_CONNECTING)
        return malformed(failure, "oversized packet");
    if (mqtt->received_used < sizeof mqtt->received)
        return STEP_AGAIN;
    if (!mqtt_packet_read_publish(header->flags, mqtt->received + header->header_size,
            mqtt->received_used - header->header_size, &message))
        return malformed(failure, "malformed packet");
    send_puback(mqtt, &message);
    mqtt->skip = header->header_size + header->body_size - mqtt->received_used;
    mqtt->received_used = 0;
    return STEP_AGAIN;
}

// Handles the first packet among the bytes received, if it is complete.
static int handle_received(
    struct mqtt *mqtt, struct mqtt_packet_publish *message, struct failure *failure)
{
    struct mqtt_packet_header header;
    int rc = mqtt_packet_read_header(mqtt->received, mqtt->received_used, &header);

    if (rc < 0)
        return malformed(failure, "malformed packet");
    if (rc == 0)
        return STEP_AGAIN;

    size_t size = header.header_size + header.body_size;

    if (size > sizeof mqtt->received)
        return drop_long(mqtt, &header, failure);
    if (mqtt->received_used < size)
        return STEP_AGAIN;
    mqtt->received_done = size;
    return handle_packet(mqtt, &header, message, failure);
}

static void drop_handled(struct mqtt *mqtt)
{
    mqtt->received_used -= mqtt->received_done;
    memmove(mqtt->received, mqtt->received + mqtt->received_done, mqtt->received_used);
    mqtt->received_done = 0;
}

static int receive(struct mqtt *mqtt, struct failure *failure)
{
    size_t free_bytes = sizeof mqtt->received - mqtt->received_used;

    if (free_bytes == 0)
        return 0;
    if (mqtt->skip > 0 && free_bytes > mqtt->skip)
        free_bytes = mqtt->skip;

    int n = tls_read(mqtt->tls, mqtt->received + mqtt->received_used, free_bytes, failure);

    if (n <= 0)
        return n;
    if (mqtt->skip > 0)
        mqtt->skip -= (size_t)n;
    else
        mqtt->received_used += (size_t)n;
    return n;
}

static int step_open(
    struct mqtt *mqtt, struct mqtt_packet_publish *message, struct failure *failure)
{
    int rc = flush(mqtt, failure);

    drop_handled(mqtt);
    // What came before the connection ended still counts.
    if (rc >= 0)
        rc = handle_received(mqtt, message, failure);
    if (rc == STEP_AGAIN && mqtt->received_done == 0) {
        rc = receive(mqtt, failure);
        if (rc >= 0)
            rc = handle_received(mqtt, message, failure);
    }
    if (rc == TLS_END)
        return failure_set(failure, RESULT_CONNECT_FAILED, "broker: closed the connection");

    int flushed = rc < 0 ? 0 : flush(mqtt, failure);

    return flushed < 0 && flushed != TLS_END ? flushed : rc;
}

// If the stream takes nothing and no room is left, the answer will not come: that counts too.
static bool send_ping(struct mqtt *mqtt)
{
    return send_empty(mqtt, MQTT_PACKET_PINGREQ) || mqtt->tls->unsent > 0;
}

static int check_time(struct mqtt *mqtt, struct failure *failure)
{
    if (timer_ended(&mqtt->answer, now_ms(mqtt)))
        return failure_set_timeout(failure, ERROR_STEP_SESSION, "broker", "answer");
    if (mqtt->phase == MQTT_ONLINE && !mqtt->ping_open && timer_ended(&mqtt->ping, now_ms(mqtt)) &&
        send_ping(mqtt)) {
        mqtt->ping_open = true;
        timer_start(&mqtt->ping, now_ms(mqtt), MQTT_PING_MS);
        expect_answer(mqtt, MQTT_ANSWER_MS);
    }
    return 0;
}

int mqtt_step(struct mqtt *mqtt, struct mqtt_packet_publish *message, struct failure *failure)
{
    int rc;

    if (mqtt->phase == MQTT_IDLE)
        return STEP_DONE;
    if (mqtt->phase == MQTT_TLS) {
        rc = tls_step(mqtt->tls, failure);
        return rc == STEP_DONE ? send_connect(mqtt) : rc;
    }
    rc = check_time(mqtt, failure);
    if (rc == 0)
        rc = step_open(mqtt, message, failure);
    if (rc < 0 && mqtt->phase == MQTT_LEAVING) { // which the broker's closing ends
        mqtt_stop(mqtt);
        return STEP_DONE;
    }
    return rc;
}

uint32_t mqtt_wait_ms(const struct mqtt *mqtt, uint32_t now)
{
    if (mqtt->phase == MQTT_IDLE)
        return TIMER_NEVER;
    if (tls_is_busy(mqtt->tls) || mqtt->received_done > 0)
        return 0;
    if (mqtt->phase == MQTT_TLS)
        return timer_left_ms(&mqtt->tls->deadline, now);
    if (mqtt->unsent_used > 0 && mqtt->tls->unsent == 0) // not yet offered to the stream
        return 0;
    if (mqtt->phase == MQTT_ONLINE && !mqtt->ping_open)
        return timer_min_ms(timer_left_ms(&mqtt->answer, now), timer_left_ms(&mqtt->ping, now));
    return timer_left_ms(&mqtt->answer, now);
}

void mqtt_stop(struct mqtt *mqtt)
{
    if (mqtt->phase != MQTT_IDLE)
        tls_close(mqtt->tls);
    mqtt->phase = MQTT_IDLE;
}
