// The time at the broker.
#include "firmware/core/session.h"

#include <stdio.h>
#include <string.h>

#include "common/contract.h"
#include "common/topic.h"
#include "firmware/core/job.h"
#include "firmware/core/notice.h"
#include "firmware/core/trial.h"

#define BUILD __DATE__ " " __TIME__
#define DOUBLINGS_MAX 5

static uint32_t now_ms(const struct device *device)
{
    return device->port->ops->now_ms(device->port);
}

void session_start(struct device *device)
{
    struct failure failure;

    device->state = DEVICE_BROKER;
    device->events.first_is_sent = false;
    device->port->ops->led(device->port, PORT_LED_CONNECTING);
    if (mqtt_start(&device->mqtt, &device->tls, &device->settings, device->mac, &failure) < 0)
        session_fail(device, &failure);
}

// retrytimeout, doubled with each failure up to half of waittimeout, give or take a quarter: a
// fleet that lost its broker must not come back in step.
static uint32_t pause_ms(struct device *device)
{
    uint32_t pause = device->settings.retry_timeout_ms; // a day at most
    uint32_t limit = device->settings.wait_timeout_ms / 2;
    uint32_t random = 0;

    if (limit < pause)
        limit = pause;
    pause <<= device->attempts < DOUBLINGS_MAX ? device->attempts : DOUBLINGS_MAX;
    if (pause > limit)
        pause = limit;
    (void)device->port->ops->random(device->port, (uint8_t *)&random, sizeof random);
    return pause / 4 * 3 + random % (pause / 2);
}

// To the other broker, if there are two. True if it is the first time since the device was online:
// each has its time to answer.
static bool turn(struct device *device)
{
    bool had_turned = device->has_turned;

    device->has_turned = settings_turn(&device->settings.mqtt);
    return device->has_turned && !had_turned;
}

void session_fail(struct device *device, const struct failure *failure)
{
    bool was_online = device->mqtt.phase == MQTT_ONLINE;

    mqtt_stop(&device->mqtt);
    tls_close(&device->tls);
    device->events.first_is_sent = false;
    device->boot_sent = device->boot_confirmed;
    device->port->ops->led(device->port, PORT_LED_CONNECTING);
    notice_error(device, failure);
    if (was_online || turn(device))
        timer_start(&device->unreachable, now_ms(device), device->settings.wait_timeout_ms);
    timer_start(&device->pause, now_ms(device), pause_ms(device));
    device->attempts++;
    device->state = DEVICE_PAUSE;
}

static void go_online(struct device *device)
{
    device->attempts = 0;
    device->has_turned = false;
    device->online_at_ms = now_ms(device);
    timer_start(&device->status, now_ms(device), 0);
    device->port->ops->led(device->port, PORT_LED_CONNECTED);
    notice_log(device, PORT_LOG_INFO, "online broker=%s:%u image=%s resumed=%s",
        settings_host(&device->settings.mqtt), (unsigned)settings_port(&device->settings.mqtt),
        device->running.text, device->tls.resuming ? "asked" : "no");
}

static void take_message(struct device *device, const struct mqtt_packet_publish *message)
{
    struct topic topic;
    struct device_command command;

    if (!topic_parse(message->topic, message->topic_size, &topic) || topic.kind != TOPIC_COMMAND ||
        strcmp(topic.mac, device->mac) != 0)
        return;
    if (message->retain) { // it would come again with each connection
        notice_log(device, PORT_LOG_WARNING, "ignored command=retained");
        return;
    }
    device_command_decode(topic.command, message->payload, message->payload_size, &command);
    job_receive(device, &command, message->payload, message->payload_size);
}

static void take_ack(struct device *device)
{
    if (!device->boot_confirmed) {
        device->boot_confirmed = true;
        return;
    }
    if (!device->events.first_is_sent)
        return;
    events_drop(&device->events);
    if (device->events.used == 0)
        notice_save(device);
}

static bool publish(
    struct device *device, enum topic_kind kind, const char *payload, size_t n, unsigned qos)
{
    char topic[TOPIC_SIZE];

    topic_format(topic, kind, device->mac, NULL);
    return mqtt_publish(&device->mqtt, topic, payload, n, qos);
}

static void send_boot(struct device *device)
{
    char payload[REPORT_SIZE];
    struct report_event event = {
        .kind = CONTRACT_EVENT_KIND_BOOT,
        .result = RESULT_OK,
        .image = device->running.text,
    };
    size_t n = report_write_event(&event, payload, sizeof payload);

    device->boot_sent = publish(device, TOPIC_EVENT, payload, n, 1);
}

static void send_event(struct device *device)
{
    size_t n;
    const char *payload = events_first(&device->events, &n);

    if (payload == NULL || device->events.first_is_sent)
        return;
    device->events.first_is_sent = publish(device, TOPIC_EVENT, payload, n, 1);
}

static size_t write_status(struct device *device, uint32_t now, char *out, size_t size)
{
    const struct device_app *app = device->options.app;
    struct report_members members;
    char name[32];
    struct port_link_info link = {0};
    struct report_status status = {
        .uptime_ms = now - device->started_at_ms,
        .max_loop_ms = device->max_step_ms,
        .mqtt_ms = now - device->online_at_ms,
        .name = name,
        .image = device->running.text,
        .build = BUILD,
        .ip = link.ip,
        .free_heap_bytes = device->port->ops->free_heap(device->port),
        .config_hash = (const uint8_t *)device->config_hash,
        .error = device->error,
    };

    (void)device->port->ops->link_state(device->port, &link);
    status.rssi_dbm = link.rssi;
    snprintf(name, sizeof name, CONTRACT_NAME_PREFIX "%s", device->mac);
    report_begin_status(&members, &status, out, size);
    if (app != NULL)
        app->status(&members, app->ctx);
    if (members.left_out[0] != '\0' && !device->has_left_out)
        notice_log(device, PORT_LOG_WARNING, "status member=%s result=left-out", members.left_out);
    device->has_left_out |= members.left_out[0] != '\0';
    return report_end(&members);
}

static void send_status(struct device *device)
{
    char payload[REPORT_SIZE];
    uint32_t now = now_ms(device);
    size_t n = write_status(device, now, payload, sizeof payload);

    if (!publish(device, TOPIC_STATUS, payload, n, 0))
        return;
    device->status_sent = true;
    timer_start(&device->status, now, device->settings.status_interval_ms);
}

static void leave(struct device *device)
{
    mqtt_leave(&device->mqtt);
    device->state = DEVICE_LEAVE;
}

static void confirm(struct device *device)
{
    if (device->is_confirmed || !device->boot_confirmed || !device->status_sent)
        return;
    device->is_confirmed = true;
    trial_pass(device);
}

static void report(struct device *device)
{
    const bool is_time = timer_ended(&device->status, now_ms(device));

    if (!device->boot_sent)
        send_boot(device);
    if (is_time)
        send_status(device);
    confirm(device);
    if (device->boot_confirmed)
        send_event(device);
    if (device->is_confirmed &&
        (job_begin(device) || job_check(device) || (is_time && job_wants_start(device))))
        leave(device);
}

void session_step(struct device *device)
{
    struct mqtt_packet_publish message;
    struct failure failure;
    int rc = mqtt_step(&device->mqtt, &message, &failure);

    if (rc < 0) {
        session_fail(device, &failure);
        return;
    }
    switch (rc) {
    case MQTT_STEP_ONLINE: go_online(device); break;
    case MQTT_STEP_MESSAGE: take_message(device, &message); break;
    case MQTT_STEP_ACK: take_ack(device); break;
    default: break;
    }
    if (device->state == DEVICE_LEAVE && rc == STEP_DONE)
        job_leave(device);
    else if (device->mqtt.phase == MQTT_ONLINE)
        report(device);
}

uint32_t session_wait_ms(const struct device *device, uint32_t now)
{
    uint32_t wait_ms = mqtt_wait_ms(&device->mqtt, now);

    if (device->mqtt.phase != MQTT_ONLINE)
        return wait_ms;
    if (device->mqtt.unsent_used == 0)
        wait_ms = timer_min_ms(wait_ms, timer_left_ms(&device->status, now));
    if (device->is_confirmed && !device->is_working && device->queued > 0)
        return 0;
    return timer_min_ms(wait_ms, job_wait_ms(device, now));
}
