// What messages change in the store.
#include "server/ingest/effect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/contract.h"
#include "server/base/clock.h"
#include "server/ingest/event_kind.h"
#include "server/ingest/settle.h"
#include "server/store/command_store.h"
#include "server/store/device_store.h"
#include "server/store/event_store.h"
#include "server/store/status_store.h"

#define HOUR_MS 3600000

static void follow_clock(int64_t *at_ms, int64_t *stepped_ms)
{
    int64_t now_ms = clock_stepped_ms();

    *at_ms += now_ms - *stepped_ms;
    *stepped_ms = now_ms;
}

// Reads a device, or begins a new one.
static int get_or_begin(struct store_connection *connection, const char *mac, int64_t at_ms,
    struct device *out, struct err *err)
{
    int rc = device_store_get(connection, mac, out, err);

    if (rc != ERR_NOT_FOUND)
        return rc;
    memset(out, 0, sizeof *out);
    snprintf(out->mac, sizeof out->mac, "%s", mac);
    out->first_seen_ms = at_ms;
    return 0;
}

static int add_event(struct store_connection *connection, const struct device *device,
    const char *kind, int64_t at_ms, struct err *err)
{
    struct event event = {.at_ms = at_ms};

    snprintf(event.mac, sizeof event.mac, "%s", device->mac);
    snprintf(event.kind, sizeof event.kind, "%s", kind);
    snprintf(event.image, sizeof event.image, "%s", device->status.image);
    return event_store_add(connection, &event, err);
}

// Takes what the uptime says of restarts into the device.
static enum device_boot judge_boot(struct device *device, const struct effect_status *effect)
{
    int64_t boot_ms;

    if ((effect->has & DEVICE_HAS_UPTIME) == 0)
        return DEVICE_BOOT_SAME;

    enum device_boot boot = device_judge_boot(device, effect->uptime_ms, effect->at_ms, &boot_ms);

    if (boot == DEVICE_BOOT_NEW)
        device->reboots++;
    if (boot == DEVICE_BOOT_SHARED)
        device->shared_identity_at_ms = effect->at_ms;
    if (boot != DEVICE_BOOT_SAME)
        device->previous_boot_ms = device->boot_ms;
    device->boot_ms = boot_ms;
    return boot;
}

static int settle_restart(struct store_connection *connection, const struct device *device,
    const char *image_before, int64_t at_ms, struct err *err)
{
    struct command command;
    struct settle_restart restart = {
        .boot_ms = device->boot_ms,
        .now_ms = at_ms,
        .image_before = image_before,
        .status = &device->status,
    };

    if (device->speaks_events)
        return 0;

    int rc = command_store_get_sent(connection, device->mac, &command, err);

    if (rc < 0)
        return rc == ERR_NOT_FOUND ? 0 : rc;
    if (!settle_by_restart(&command, &restart))
        return 0;
    return command_store_update(connection, &command, err);
}

static int note_boot(struct store_connection *connection, const struct device *device,
    enum device_boot boot, int64_t at_ms, struct err *err)
{
    if (boot == DEVICE_BOOT_NEW)
        return add_event(connection, device, EVENT_KIND_REBOOT, at_ms, err);
    if (boot != DEVICE_BOOT_SHARED)
        return 0;

    int recent = event_store_has_since(
        connection, device->mac, EVENT_KIND_SHARED_IDENTITY, at_ms - HOUR_MS, err);

    if (recent != 0)
        return recent < 0 ? recent : 0;
    return add_event(connection, device, EVENT_KIND_SHARED_IDENTITY, at_ms, err);
}

struct effect_status *effect_status_new(const char *mac, int64_t at_ms,
    const struct device_status *status, const uint8_t *payload, size_t n)
{
    const char *const texts[] = {
        status->name, status->image, status->build, status->ip, status->error};
    size_t size = n + 1;

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        size += strlen(texts[i]) + 1;

    struct effect_status *effect = malloc(sizeof *effect + size);

    if (effect == NULL)
        return NULL;
    *effect = (struct effect_status){.at_ms = at_ms,
        .has = status->has,
        .uptime_ms = status->uptime_ms,
        .max_loop_ms = status->max_loop_ms,
        .mqtt_ms = status->mqtt_ms,
        .free_heap_bytes = status->free_heap_bytes,
        .rssi_dbm = status->rssi_dbm};
    memcpy(effect->mac, mac, MAC_SIZE);

    char *at = effect->texts;

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        at = stpcpy(at, texts[i]) + 1;
    memcpy(at, payload, n);
    at[n] = '\0';
    return effect;
}

// It fits, as it comes from there.
static const char *unpack_text(const char *text, char *out)
{
    size_t n = strlen(text) + 1;

    memcpy(out, text, n);
    return text + n;
}

// Returns the JSON as received, within the effect.
static const char *unpack(const struct effect_status *effect, struct device_status *out)
{
    const char *at = effect->texts;

    *out = (struct device_status){
        .has = effect->has,
        .uptime_ms = effect->uptime_ms,
        .max_loop_ms = effect->max_loop_ms,
        .mqtt_ms = effect->mqtt_ms,
        .free_heap_bytes = effect->free_heap_bytes,
        .rssi_dbm = effect->rssi_dbm,
    };
    at = unpack_text(at, out->name);
    at = unpack_text(at, out->image);
    at = unpack_text(at, out->build);
    at = unpack_text(at, out->ip);
    return unpack_text(at, out->error);
}

int effect_status(struct store_connection *connection, void *ctx, struct err *err)
{
    struct effect_status *effect = ctx;
    struct device device;
    char image_before[IMAGE_NAME_SIZE];
    int rc;

    follow_clock(&effect->at_ms, &effect->stepped_ms);
    rc = get_or_begin(connection, effect->mac, effect->at_ms, &device, err);
    if (rc < 0)
        return rc;

    enum device_boot boot = judge_boot(&device, effect);

    memcpy(image_before, device.status.image, sizeof image_before);

    const char *json = unpack(effect, &device.status);

    device.online = true;
    device.reason = DEVICE_REASON_STATUS;
    device.last_seen_ms = effect->at_ms;
    rc = device_store_put(connection, &device, json, err);
    if (rc == 0)
        rc = status_store_add(connection, device.mac, effect->at_ms, &device.status, err);
    if (rc == 0)
        rc = note_boot(connection, &device, boot, effect->at_ms, err);
    if (rc == 0 && boot == DEVICE_BOOT_NEW)
        rc = settle_restart(connection, &device, image_before, effect->at_ms, err);
    return rc;
}

static int settle_event(
    struct store_connection *connection, const struct event *event, struct err *err)
{
    struct command command;

    if (event->command_id == 0 || strcmp(event->kind, CONTRACT_EVENT_KIND_COMMAND) != 0)
        return 0;

    int rc = command_store_get(connection, event->command_id, &command, err);

    if (rc < 0)
        return rc == ERR_NOT_FOUND ? 0 : rc;
    return settle_by_event(&command, event) ? command_store_update(connection, &command, err) : 0;
}

int effect_event(struct store_connection *connection, void *ctx, struct err *err)
{
    struct effect_event *effect = ctx;
    const struct event *event = &effect->event;
    struct device device;
    int rc;

    follow_clock(&effect->event.at_ms, &effect->stepped_ms);
    rc = get_or_begin(connection, event->mac, event->at_ms, &device, err);
    if (rc < 0)
        return rc;
    device.speaks_events = true;
    device.last_seen_ms = event->at_ms;
    rc = device_store_put(connection, &device, NULL, err);
    if (rc == 0)
        rc = event_store_add(connection, event, err);
    return rc < 0 ? rc : settle_event(connection, event, err);
}

int effect_will(struct store_connection *connection, void *ctx, struct err *err)
{
    struct effect_notice *effect = ctx;
    struct device device;
    int rc = device_store_get(connection, effect->mac, &device, err);

    if (rc < 0)
        return rc == ERR_NOT_FOUND ? 0 : rc;
    device.online = false;
    device.reason = DEVICE_REASON_WILL;
    follow_clock(&effect->at_ms, &effect->stepped_ms);
    rc = device_store_put(connection, &device, NULL, err);
    return rc < 0 ? rc : add_event(connection, &device, EVENT_KIND_WILL, effect->at_ms, err);
}

int effect_bad_payload(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct effect_notice *effect = ctx;
    struct device device;
    int rc = device_store_get(connection, effect->mac, &device, err);

    if (rc < 0)
        return rc == ERR_NOT_FOUND ? 0 : rc;
    device.bad_payloads++;
    return device_store_put(connection, &device, NULL, err);
}

static int add_download(
    struct store_connection *connection, const struct effect_download *effect, struct err *err)
{
    struct event event = {.at_ms = effect->at_ms};

    snprintf(event.mac, sizeof event.mac, "%s", effect->mac);
    snprintf(event.kind, sizeof event.kind, "%s", EVENT_KIND_DOWNLOAD);
    snprintf(event.image, sizeof event.image, "%s", effect->image);
    return event_store_add(connection, &event, err);
}

static int settle_download(
    struct store_connection *connection, const struct effect_download *effect, struct err *err)
{
    struct command command;
    struct settle_download download = {
        .file = effect->file,
        .status = effect->status,
        .image = effect->image,
        .now_ms = effect->at_ms,
    };
    int rc = command_store_get_sent(connection, effect->mac, &command, err);

    if (rc < 0)
        return rc == ERR_NOT_FOUND ? 0 : rc;
    if (!settle_by_download(&command, &download))
        return 0;
    return command_store_update(connection, &command, err);
}

int effect_download(struct store_connection *connection, void *ctx, struct err *err)
{
    struct effect_download *effect = ctx;
    struct device device;
    int rc = device_store_get(connection, effect->mac, &device, err);

    if (rc < 0)
        return rc == ERR_NOT_FOUND ? 0 : rc;
    follow_clock(&effect->at_ms, &effect->stepped_ms);
    if (effect->status == 200 && strcmp(effect->file, CONTRACT_FILE_FIRMWARE) == 0)
        rc = add_download(connection, effect, err);
    if (rc == 0 && !device.speaks_events)
        rc = settle_download(connection, effect, err);
    return rc;
}
