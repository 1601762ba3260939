// What messages change in the store.
#include "server/ingest/ingest_write.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/contract.h"
#include "server/base/clock.h"
#include "server/ingest/command_outcome.h"
#include "server/ingest/download_write.h"
#include "server/model/event_kind.h"
#include "server/store/command_store.h"
#include "server/store/device_config_store.h"
#include "server/store/device_store.h"
#include "server/store/event_store.h"
#include "server/store/fault_store.h"
#include "server/store/revocation_store.h"
#include "server/store/status_store.h"

#define HOUR_MS 3600000

// One that was forgotten may be revoked all the same.
static int begin_device(struct store_connection *connection, const char *mac, int64_t at_ms,
    struct device_record *out, struct err *err)
{
    struct device_revocation revocation;
    int rc = revocation_store_get(connection, mac, &revocation, err);

    if (rc < 0 && rc != ERR_NOT_FOUND)
        return rc;
    memset(out, 0, sizeof *out);
    snprintf(out->mac, sizeof out->mac, "%s", mac);
    out->first_seen_ms = at_ms;
    if (rc == 0 && revocation.readmitted_at_ms == 0)
        out->revoked_at_ms = revocation.revoked_at_ms;
    return 0;
}

// Reads a device, or begins a new one. ERR_REVOKED if it is: what it says came too late to be held
// back earlier, and does not count.
static int get_or_begin(struct store_connection *connection, const char *mac, int64_t at_ms,
    struct device_record *out, struct err *err)
{
    int rc = device_store_get(connection, mac, out, err);

    if (rc == ERR_NOT_FOUND)
        rc = begin_device(connection, mac, at_ms, out, err);
    return rc == 0 && out->revoked_at_ms != 0 ? ERR_REVOKED : rc;
}

// What the daemon notices itself.
static int add_event(struct store_connection *connection, struct event_history *history,
    const struct device_record *device, const struct event *noticed, struct err *err)
{
    struct event event = *noticed;

    memcpy(event.mac, device->mac, sizeof event.mac);
    memcpy(event.image, device->status.image, sizeof event.image);
    return event_history_add(connection, history, &event, false, err);
}

// Takes what the uptime says of restarts into the device.
static enum device_boot judge_boot(
    struct device_record *device, const struct ingest_write_status *message)
{
    int64_t boot_ms;

    if ((message->has & DEVICE_HAS_UPTIME) == 0)
        return DEVICE_BOOT_SAME;

    enum device_boot boot =
        device_record_judge_boot(device, message->uptime_ms, message->at_ms, &boot_ms);

    if (boot == DEVICE_BOOT_NEW)
        device->reboots++;
    if (boot == DEVICE_BOOT_SHARED)
        device->shared_identity_at_ms = message->at_ms;
    if (boot != DEVICE_BOOT_SAME)
        device->previous_boot_ms = device->boot_ms;
    device->boot_ms = boot_ms;
    return boot;
}

static int end_by_restart(struct store_connection *connection, const struct device_record *device,
    const char *image_before, int64_t at_ms, struct err *err)
{
    struct command command;
    struct command_outcome_restart restart = {
        .boot_ms = device->boot_ms,
        .now_ms = at_ms,
        .image_before = image_before,
        .status = &device->status,
    };

    if (device->speaks_events)
        return 0;

    int rc = command_store_get_in_hand(connection, device->mac, &command, err);

    if (rc < 0)
        return rc == ERR_NOT_FOUND ? 0 : rc;
    if (!command_outcome_by_restart(&command, &restart))
        return 0;
    return command_store_update(connection, &command, err);
}

// A config.json is used from the next start on. When that was is known by the uptime only, of which
// the device's clock may be off by 1 %.
static int use_fetched_config(
    struct store_connection *connection, const struct device_record *device, struct err *err)
{
    int64_t latest_boot_ms = device->boot_ms + device->status.uptime_ms / 100;

    return device_config_store_note_start(connection, device->mac, latest_boot_ms, err);
}

static int note_boot(struct store_connection *connection, struct ingest_write_status *message,
    const struct device_record *device, enum device_boot boot, struct err *err)
{
    struct event event = {.kind = EVENT_KIND_REBOOT, .at_ms = message->at_ms};

    if (boot == DEVICE_BOOT_NEW)
        return add_event(connection, &message->history, device, &event, err);
    if (boot != DEVICE_BOOT_SHARED)
        return 0;

    int recent = event_store_has_since(
        connection, device->mac, EVENT_KIND_SHARED_IDENTITY, message->at_ms - HOUR_MS, err);

    if (recent != 0)
        return recent < 0 ? recent : 0;
    memcpy(event.kind, EVENT_KIND_SHARED_IDENTITY, sizeof EVENT_KIND_SHARED_IDENTITY);
    return add_event(connection, &message->history, device, &event, err);
}

struct ingest_write_status *ingest_write_status_new(const struct ingest_topic *from, int64_t at_ms,
    const struct device_status *status, const uint8_t *json, size_t n)
{
    const char *const texts[] = {status->name, status->image, status->build, status->ip,
        status->config_hash, status->error, from->spelling};
    size_t size = n + 1;

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        size += strlen(texts[i]) + 1;

    struct ingest_write_status *message = malloc(sizeof *message + size);

    if (message == NULL)
        return NULL;
    *message = (struct ingest_write_status){.at_ms = at_ms,
        .kept = true,
        .has = status->has,
        .uptime_ms = status->uptime_ms,
        .max_loop_ms = status->max_loop_ms,
        .mqtt_ms = status->mqtt_ms,
        .free_heap_bytes = status->free_heap_bytes,
        .rssi_dbm = status->rssi_dbm};
    memcpy(message->mac, from->mac, MAC_SIZE);

    char *at = message->texts;

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        at = stpcpy(at, texts[i]) + 1;
    memcpy(at, json, n);
    at[n] = '\0';
    return message;
}

// It fits, as it comes from there. keep: an empty one does not replace what stands there.
static const char *unpack_text(const char *text, char *out, bool keep)
{
    size_t n = strlen(text) + 1;

    if (n > 1 || !keep)
        memcpy(out, text, n);
    return text + n;
}

// Returns the JSON to be kept, within the message.
static const char *unpack(const struct ingest_write_status *message, struct device_record *device)
{
    struct device_status *out = &device->status;
    const char *at = message->texts;

    out->has = message->has;
    out->uptime_ms = message->uptime_ms;
    out->max_loop_ms = message->max_loop_ms;
    out->mqtt_ms = message->mqtt_ms;
    out->free_heap_bytes = message->free_heap_bytes;
    out->rssi_dbm = message->rssi_dbm;
    at = unpack_text(at, out->name, message->partial);
    at = unpack_text(at, out->image, message->partial);
    at = unpack_text(at, out->build, message->partial);
    at = unpack_text(at, out->ip, message->partial);
    at = unpack_text(at, out->config_hash, message->partial);
    at = unpack_text(at, out->error, false);
    return unpack_text(at, device->spelling, false);
}

int ingest_write_status(struct store_connection *connection, void *ctx, struct err *err)
{
    struct ingest_write_status *message = ctx;
    struct device_record device;
    char image_before[IMAGE_NAME_SIZE];
    char error_before[DEVICE_ERROR_SIZE];
    int rc;

    clock_follow(&message->at_ms, &message->stepped_ms);
    rc = get_or_begin(connection, message->mac, message->at_ms, &device, err);
    if (rc < 0)
        return rc == ERR_REVOKED ? 0 : rc;

    enum device_boot boot = judge_boot(&device, message);

    memcpy(image_before, device.status.image, sizeof image_before);
    memcpy(error_before, device.status.error, sizeof error_before);

    const char *json = unpack(message, &device);

    device.status.is_new_error =
        device.status.error[0] != '\0' && strcmp(device.status.error, error_before) != 0;

    device.online = true;
    device.reason = DEVICE_REASON_STATUS;
    device.last_seen_ms = message->at_ms;
    rc = device_store_put(connection, &device, json, err);
    if (rc == 0 && message->kept)
        rc = status_store_add(connection, device.mac, message->at_ms, &device.status, err);
    if (rc == 0)
        rc = note_boot(connection, message, &device, boot, err);
    if (rc == 0 && boot == DEVICE_BOOT_NEW)
        rc = use_fetched_config(connection, &device, err);
    if (rc == 0 && boot == DEVICE_BOOT_NEW)
        rc = end_by_restart(connection, &device, image_before, message->at_ms, err);
    if (rc == 0 && strcmp(image_before, device.status.image) != 0)
        rc = download_write_installed(connection, device.mac, err);
    return rc;
}

// 1 if it answers a command that was given, else 0, or an error.
static int end_by_event(
    struct store_connection *connection, const struct event *event, struct err *err)
{
    struct command command;

    if (event->command_id == 0)
        return 0;

    int rc = command_store_get(connection, event->command_id, &command, err);

    if (rc < 0)
        return rc == ERR_NOT_FOUND ? 0 : rc;
    if (!command_outcome_by_event(&command, event) && !command_outcome_accepted(&command, event))
        return 0;
    rc = command_store_update(connection, &command, err);
    return rc < 0 ? rc : 1;
}

// Whatever of it is kept, it has its effect.
static int take_event(
    struct store_connection *connection, struct ingest_write_event *message, struct err *err)
{
    const struct event *event = &message->event;
    int rc = download_write_event(connection, event, err);

    if (rc == 0)
        rc = end_by_event(connection, event, err);
    return rc < 0 ? rc : event_history_add(connection, &message->history, event, rc > 0, err);
}

int ingest_write_event(struct store_connection *connection, void *ctx, struct err *err)
{
    struct ingest_write_event *message = ctx;
    const struct event *event = &message->event;
    struct device_record device;
    int rc;

    clock_follow(&message->event.at_ms, &message->stepped_ms);
    rc = get_or_begin(connection, event->mac, event->at_ms, &device, err);
    if (rc < 0)
        return rc == ERR_REVOKED ? 0 : rc;
    // What may have waited says nothing of now: no command goes to who may not be there.
    if (!message->late || device.reason == DEVICE_REASON_NEVER) {
        if (!device.online)
            device.reason = DEVICE_REASON_EVENT;
        device.online = true;
        device.last_seen_ms = event->at_ms;
    }
    device.speaks_events = true;
    memcpy(device.spelling, message->spelling, sizeof device.spelling);
    rc = device_store_put(connection, &device, NULL, err);
    if (rc < 0 || event->kind[0] == '\0')
        return rc;
    return take_event(connection, message, err);
}

int ingest_write_will(struct store_connection *connection, void *ctx, struct err *err)
{
    struct ingest_write_notice *message = ctx;
    struct event event = {.kind = EVENT_KIND_WILL};
    struct device_record device;
    int rc = device_store_get(connection, message->mac, &device, err);

    if (rc < 0)
        return rc == ERR_NOT_FOUND ? 0 : rc;
    if (device.revoked_at_ms != 0)
        return 0;
    device.online = false;
    device.reason = DEVICE_REASON_WILL;
    clock_follow(&message->at_ms, &message->stepped_ms);
    rc = device_store_put(connection, &device, NULL, err);
    event.at_ms = message->at_ms;
    return rc < 0 ? rc : add_event(connection, &message->history, &device, &event, err);
}

int ingest_write_fault(struct store_connection *connection, void *ctx, struct err *err)
{
    struct ingest_write_fault *message = ctx;
    struct device_record device;
    int rc = device_store_get(connection, message->mac, &device, err);

    if (rc < 0)
        return rc == ERR_NOT_FOUND ? 0 : rc;
    if (device.revoked_at_ms != 0)
        return 0;
    clock_follow(&message->fault.at_ms, &message->stepped_ms);
    device.bad_payloads++;
    device.bad_payload_at_ms = message->fault.at_ms;
    rc = device_store_put(connection, &device, NULL, err);
    return rc < 0 ? rc : fault_store_add(connection, device.mac, &message->fault, err);
}
