// The device: one cooperative step after the other.
#include "firmware/core/device.h"

#include <stdio.h>
#include <string.h>

#include <mbedtls/platform_util.h>

#include "firmware/core/job.h"
#include "firmware/core/notice.h"
#include "firmware/core/restart.h"
#include "firmware/core/session.h"
#include "firmware/core/startup.h"
#include "firmware/core/trial.h"

#define POLL_MS 100 // while waiting for link or clock

static uint32_t now_ms(const struct device *device)
{
    return device->port->ops->now_ms(device->port);
}

static void prepare(struct device *device, struct port *port, const char *mac)
{
    memset(device, 0, sizeof *device);
    device->port = port;
    snprintf(device->mac, sizeof device->mac, "%s", mac);
    device->options.trial_timeout_ms = DEVICE_TRIAL_TIMEOUT_MS;
    identity_init(&device->identity);
    update_init(&device->update, port, &device->slots, &device->https, device->scratch);
    device->fetch = (struct fetch){
        .port = port,
        .mac = device->mac,
        .identity = &device->identity,
        .https = &device->https,
        .scratch = device->scratch,
    };
    device->https.tls = &device->tls;
    device->mqtt.tls = &device->tls;
}

int device_init(struct device *device, struct port *port, const char *mac,
    const struct device_options *options, struct failure *failure)
{
    int rc;

    prepare(device, port, mac);
    if (options != NULL)
        device->options = *options;
    device->started_at_ms = now_ms(device);
    rc = startup_run(device, failure);
    if (rc < 0) {
        device_clear(device);
        return rc;
    }
    device->is_on_trial = trial_is_running(device);
    timer_start(&device->trial, device->started_at_ms, device->options.trial_timeout_ms);
    timer_start(&device->unreachable, device->started_at_ms, device->settings.wait_timeout_ms);
    notice_log(device, PORT_LOG_INFO, "start image=%s slot=%u trial=%s", device->running.text,
        (unsigned)device->slots.active, device->is_on_trial ? "yes" : "no");
    port->ops->led(port, PORT_LED_CONNECTING);
    port->ops->link_start(port, trial_networks(device));
    if (device->options.app != NULL && device->state != DEVICE_RESTART)
        device->options.app->setup(device->options.app->ctx);
    return 0;
}

void device_clear(struct device *device)
{
    if (device->port == NULL)
        return;
    update_stop(&device->update);
    tls_clear(&device->tls);
    identity_clear(&device->identity);
    mbedtls_platform_zeroize(device->scratch, sizeof device->scratch);
    device->port = NULL;
}

// What follows from time alone: the end of a trial, or of the patience with the backend.
static void supervise(struct device *device)
{
    bool online = device->state == DEVICE_BROKER && device->mqtt.phase == MQTT_ONLINE;
    bool elsewhere = device->state == DEVICE_LEAVE || device->state == DEVICE_DOWNLOAD;
    struct failure failure;

    if (device->is_on_trial) {
        if (timer_ended(&device->trial, now_ms(device))) {
            trial_fail(device);
            restart_now(device, "trial failed");
        }
        return;
    }
    if (online || elsewhere || !timer_ended(&device->unreachable, now_ms(device)))
        return;
    if (device->state == DEVICE_BROKER && !device->has_turned &&
        device->settings.mqtt.hosts[1][0] != '\0') {
        (void)failure_set_timeout(&failure, ERROR_STEP_CONNECT, "broker", "answer");
        session_fail(device, &failure);
    } else {
        (void)job_wants_start(device);
        restart_now(device, "backend unreachable");
    }
}

static void check_link(struct device *device)
{
    struct port_link_info info;
    struct failure failure;
    enum port_link link = device->port->ops->link_state(device->port, &info);

    if (device->state == DEVICE_LINK)
        device->port->ops->led(device->port,
            link == PORT_LINK_SMARTCONFIG ? PORT_LED_SMARTCONFIG : PORT_LED_CONNECTING);
    if (device->state == DEVICE_LINK && link == PORT_LINK_UP) {
        device->port->ops->clock_start(device->port, device->settings.ntp_server);
        device->state = DEVICE_CLOCK;
    } else if (device->state == DEVICE_LINK && link == PORT_LINK_SMARTCONFIG) {
        timer_start(&device->unreachable, now_ms(device), device->settings.wait_timeout_ms);
    } else if (device->state == DEVICE_BROKER && link != PORT_LINK_UP) {
        failure_set(&failure, RESULT_CONNECT_FAILED, "Wi-Fi: link lost");
        session_fail(device, &failure);
        device->state = DEVICE_LINK;
    }
}

static void step(struct device *device)
{
    check_link(device);
    switch (device->state) {
    case DEVICE_CLOCK:
        if (device->port->ops->unix_time(device->port) > 0)
            device->state = DEVICE_PAUSE;
        break;
    case DEVICE_PAUSE:
        if (timer_ended(&device->pause, now_ms(device)))
            session_start(device);
        break;
    case DEVICE_BROKER:
    case DEVICE_LEAVE: session_step(device); break;
    case DEVICE_DOWNLOAD: job_download(device); break;
    case DEVICE_LINK:
    case DEVICE_RESTART: break;
    }
}

static uint32_t wait_for_core_ms(const struct device *device)
{
    uint32_t now = now_ms(device);
    uint32_t limit = TIMER_NEVER;

    if (device->is_on_trial)
        limit = timer_left_ms(&device->trial, now);
    else if (device->state == DEVICE_PAUSE || device->mqtt.phase != MQTT_ONLINE)
        limit = timer_left_ms(&device->unreachable, now);
    switch (device->state) {
    case DEVICE_LINK:
    case DEVICE_CLOCK: return POLL_MS;
    case DEVICE_PAUSE: return timer_min_ms(limit, timer_left_ms(&device->pause, now));
    case DEVICE_BROKER: return timer_min_ms(limit, session_wait_ms(device, now));
    case DEVICE_LEAVE: return session_wait_ms(device, now);
    case DEVICE_DOWNLOAD: return job_wait_ms(device, now);
    case DEVICE_RESTART: break;
    }
    return TIMER_NEVER;
}

static uint32_t wait_ms(const struct device *device)
{
    uint32_t wait_ms = wait_for_core_ms(device);

    if (device->options.app == NULL || device->state == DEVICE_RESTART)
        return wait_ms;
    return timer_min_ms(wait_ms, DEVICE_APP_PERIOD_MS);
}

static void step_app(const struct device *device)
{
    if (device->options.app != NULL && device->state != DEVICE_RESTART)
        device->options.app->loop(device->options.app->ctx);
}

uint32_t device_step(struct device *device)
{
    uint32_t begin_ms = now_ms(device);
    uint32_t took_ms;

    if (device->state == DEVICE_RESTART)
        return TIMER_NEVER;
    supervise(device);
    if (device->state != DEVICE_RESTART)
        step(device);
    step_app(device);
    took_ms = now_ms(device) - begin_ms;
    if (took_ms > device->max_step_ms)
        device->max_step_ms = took_ms;
    return wait_ms(device);
}

void device_send_status(struct device *device)
{
    bool online = device->state == DEVICE_BROKER && device->mqtt.phase == MQTT_ONLINE;

    if (online && device->status.length_ms > DEVICE_STATUS_GAP_MS)
        device->status.length_ms = DEVICE_STATUS_GAP_MS;
}
