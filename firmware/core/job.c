// Executes commands.
#include "firmware/core/job.h"

#include <string.h>

#include <mbedtls/platform_util.h>

#include "firmware/core/notice.h"
#include "firmware/core/restart.h"

// As device->failure says.
static void end(struct device *device, const char *image)
{
    device->is_working = false;
    notice_outcome(device, &device->current, image);
}

static void refuse(struct device *device, const struct device_command *command, enum result result,
    const char *why)
{
    failure_set(&device->failure, result, "%s", why);
    notice_outcome(device, command, "");
}

// Whether it was taken before: the daemon sends it again if it did not hear of that.
static bool is_known(const struct device *device, const struct device_command *command)
{
    bool known = device->current.has_id && device->current.id == command->id;

    for (size_t i = 0; i < device->queued; i++)
        known |= device->queue[i].has_id && device->queue[i].id == command->id;
    return known && command->has_id;
}

// Until a trial's end is done with, the record counts what is staged among its files.
static bool is_busy(const struct device *device)
{
    return !device->is_confirmed || device->is_working || device->queued > 0 ||
           device->slots.staged_trial != SLOTS_TRIAL_NONE;
}

// Ends with the trial, after a restart, unless it ends here.
static void receive_wifi(struct device *device, const struct device_command *command,
    const uint8_t *payload, size_t payload_size)
{
    int rc;

    if (is_busy(device)) {
        refuse(device, command, RESULT_BUSY, "not idle");
        return;
    }
    notice_accepted(device, command);
    device->current = *command;
    device->is_working = true;
    rc = device->options.stage_networks(device, payload, payload_size, &device->failure);
    mbedtls_platform_zeroize(device->scratch, sizeof device->scratch);
    if (rc < 0)
        end(device, "");
}

void job_receive(struct device *device, const struct device_command *command,
    const uint8_t *payload, size_t payload_size)
{
    bool is_wifi = command->action == DEVICE_COMMAND_WIFI;

    // Networks whose id is in the record, and of which nothing is under way, were lost in a power
    // cut.
    if (is_known(device, command) && (!is_wifi || is_busy(device))) {
        notice_accepted(device, command);
    } else if (command->action == DEVICE_COMMAND_UNKNOWN ||
               (is_wifi && device->options.stage_networks == NULL)) {
        refuse(device, command, RESULT_UNKNOWN_COMMAND, "");
    } else if (is_wifi) {
        receive_wifi(device, command, payload, payload_size);
    } else if (device->queued == DEVICE_QUEUE_MAX) {
        refuse(device, command, RESULT_BUSY, "too many commands wait");
    } else {
        device->queue[device->queued++] = *command;
        notice_accepted(device, command);
    }
}

static void refuse_queued(struct device *device)
{
    for (size_t i = 0; i < device->queued; i++)
        refuse(device, &device->queue[i], RESULT_BUSY, "the device restarts");
    device->queued = 0;
}

static const char *idle_name(const struct device *device)
{
    return device->slots.images[slots_idle(&device->slots)].name;
}

// Its outcome is in the queue before the restart, and is sent after it; its id is in the record,
// that it is not done again.
static bool begin_reboot(struct device *device)
{
    refuse_queued(device);
    device->slots.has_id = device->current.has_id;
    device->slots.id = device->current.id;
    (void)slots_store(&device->slots, device->port, &device->failure);
    refuse(device, &device->current, RESULT_OK, "");
    notice_save(device);
    return true;
}

static bool begin_check(struct device *device)
{
    int rc = update_start_check(&device->update, device->current.image, &device->failure);

    if (rc < 0)
        end(device, rc == -(int)RESULT_NOT_STAGED ? idle_name(device) : "");
    return false;
}

bool job_begin(struct device *device)
{
    if (device->is_working || device->queued == 0)
        return false;
    device->current = device->queue[0];
    device->queued--;
    memmove(&device->queue[0], &device->queue[1], device->queued * sizeof device->queue[0]);
    device->is_working = true;
    switch (device->current.action) {
    case DEVICE_COMMAND_REBOOT: return begin_reboot(device);
    case DEVICE_COMMAND_FLASH: return begin_check(device);
    default: return true;
    }
}

static int install(struct device *device)
{
    struct slots before = device->slots;
    int rc;

    slots_begin_trial(&device->slots, device->current.has_id, device->current.id);
    rc = slots_store(&device->slots, device->port, &device->failure);
    if (rc < 0) // this image runs on: the record in memory must say so
        device->slots = before;
    return rc;
}

bool job_check(struct device *device)
{
    int rc;

    if (device->is_working && device->current.action == DEVICE_COMMAND_WIFI)
        return true;
    if (!device->is_working || device->current.action != DEVICE_COMMAND_FLASH)
        return false;
    rc = update_step(&device->update, &device->failure);
    if (rc == STEP_AGAIN)
        return false;
    if (rc == STEP_DONE)
        rc = install(device);
    if (rc < 0) {
        end(device, idle_name(device));
        return false;
    }
    refuse_queued(device);
    notice_save(device);
    return true;
}

bool job_wants_start(struct device *device)
{
    if (device->is_working || device->options.wants_start == NULL ||
        !device->options.wants_start(device))
        return false;
    device->current.action = DEVICE_COMMAND_REBOOT;
    device->current.name = "renewal";
    device->is_working = true;
    return true;
}

static int start_download(struct device *device)
{
    if (device->current.action == DEVICE_COMMAND_FETCH_IMAGE)
        return update_start_download(
            &device->update, &device->tls, &device->settings, &device->failure);
    return fetch_start(
        &device->fetch, device->current.file, &device->tls, &device->settings, &device->failure);
}

static void return_to_broker(struct device *device)
{
    uint32_t now_ms = device->port->ops->now_ms(device->port);

    device->attempts = 0;
    device->state = DEVICE_PAUSE;
    timer_start(&device->pause, now_ms, 0);
    timer_start(&device->unreachable, now_ms, device->settings.wait_timeout_ms);
}

void job_leave(struct device *device)
{
    if (device->current.action >= DEVICE_COMMAND_FLASH) {
        refuse_queued(device); // what came since
        restart_now(device, device->current.name);
        return;
    }
    device->state = DEVICE_DOWNLOAD;
    if (start_download(device) < 0) {
        end(device, "");
        return_to_broker(device);
    }
}

// update_step() and fetch_step() may say in several calls why the server refused.
static int step_download(struct device *device)
{
    if (device->current.action == DEVICE_COMMAND_FETCH_IMAGE)
        return update_step(&device->update, &device->failure);
    return fetch_step(&device->fetch, &device->failure);
}

void job_download(struct device *device)
{
    int rc = step_download(device);
    bool is_image = device->current.action == DEVICE_COMMAND_FETCH_IMAGE;

    if (rc == STEP_AGAIN)
        return;
    if (rc == STEP_DONE && is_image)
        failure_clear(&device->failure);
    end(device, rc == STEP_DONE && is_image ? idle_name(device) : "");
    return_to_broker(device);
}

uint32_t job_wait_ms(const struct device *device, uint32_t now_ms)
{
    if (!device->is_working)
        return TIMER_NEVER;
    if (device->current.action == DEVICE_COMMAND_FETCH_FILE)
        return https_wait_ms(&device->https, now_ms);
    return update_wait_ms(&device->update, now_ms);
}
