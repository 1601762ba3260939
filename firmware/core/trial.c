// Trials of images and of staged files.
#include "firmware/core/trial.h"

#include <stdio.h>

#include <mbedtls/platform_util.h>

#include "common/contract.h"
#include "common/wifi_networks.h"
#include "firmware/core/notice.h"

#define WIFI_BIT STAGING_BIT(STAGING_WIFI)

bool trial_is_running(const struct device *device)
{
    return device->slots.trial == SLOTS_TRIAL_RUNNING ||
           device->slots.staged_trial == SLOTS_TRIAL_RUNNING;
}

const char *trial_networks(const struct device *device)
{
    const struct slots *slots = &device->slots;
    bool staged = slots->staged_trial == SLOTS_TRIAL_RUNNING && (slots->staged_mask & WIFI_BIT);

    return staged ? WIFI_NETWORKS_FILE ".new" : WIFI_NETWORKS_FILE;
}

static int store(struct device *device, struct failure *failure)
{
    return slots_store(&device->slots, device->port, failure);
}

// How the flash or wifi command ended that began a trial, so that it survives a power cut.
static void report_outcome(struct device *device, bool is_wifi, const char *image)
{
    const struct slots *slots = &device->slots;
    struct device_command *command = &device->current;

    command->name = is_wifi ? CONTRACT_COMMAND_WIFI : CONTRACT_COMMAND_FLASH;
    command->has_id = is_wifi ? slots->wifi_has_id : slots->has_id;
    command->id = is_wifi ? slots->wifi_id : slots->id;
    notice_outcome(device, command, image);
    notice_save(device);
}

static int report_skip(struct device *device, struct failure *failure)
{
    struct slots *slots = &device->slots;
    struct failure reason;

    failure_set(&reason, RESULT_FLASH_FAILED, "skipped %.60s: %.40s",
        slots->images[slots_idle(slots)].name, slots->reason);
    notice_error(device, &reason);
    notice_save(device);
    slots->trial = SLOTS_TRIAL_NONE;
    return store(device, failure);
}

static int report_image(struct device *device, struct failure *failure)
{
    struct slots *slots = &device->slots;
    bool passed = slots->trial == SLOTS_TRIAL_PASSED;
    unsigned slot = passed ? slots->active : slots_idle(slots);
    const char *image = slots->images[slot].name;

    if (slots->trial == SLOTS_TRIAL_SKIPPED)
        return report_skip(device, failure);
    if (!passed && slots->trial != SLOTS_TRIAL_FAILED)
        return 0;
    failure_set(&device->failure, passed ? RESULT_OK : RESULT_TRIAL_FAILED, "%s",
        passed ? "" : slots->reason);
    notice_trial(device, image);
    report_outcome(device, false, image);
    slots->trial = SLOTS_TRIAL_NONE;
    return store(device, failure);
}

// Of the wifi command, if one has staged networks; the caller stores.
static void report_wifi(struct device *device, enum result result, const char *detail)
{
    if (!device->slots.owes_wifi)
        return;
    failure_set(&device->failure, result, "%s", detail);
    report_outcome(device, true, "");
    slots_forget_wifi(&device->slots);
}

static int commit_files(struct device *device, struct failure *failure)
{
    struct slots *slots = &device->slots;
    int rc = staging_commit(device->port, device->mac, slots->staged_mask, device->scratch);

    mbedtls_platform_zeroize(device->scratch, sizeof device->scratch); // keys and passwords
    if (rc != 0)
        return failure_set(failure, RESULT_FLASH_FAILED, "staged files cannot be put in use");
    slots->staged_trial = SLOTS_TRIAL_NONE;
    if (device->is_confirmed && (slots->staged_mask & WIFI_BIT)) // else it has yet to start
        device->port->ops->link_start(device->port, trial_networks(device));
    report_wifi(device, RESULT_OK, "");
    return store(device, failure);
}

static int discard_files(struct device *device, struct failure *failure)
{
    struct slots *slots = &device->slots;
    struct failure reason;

    if (staging_discard(device->port, device->mac, slots->staged_mask) != 0)
        return failure_set(failure, RESULT_FLASH_FAILED, "staged files cannot be removed");
    if (!slots->owes_wifi || slots->staged_mask != WIFI_BIT) {
        failure_set(
            &reason, RESULT_FILE_INVALID, "back to the previous files: %.80s", slots->reason);
        notice_error(device, &reason);
        notice_save(device);
    }
    report_wifi(device, RESULT_TRIAL_FAILED, slots->reason);
    slots->staged_trial = SLOTS_TRIAL_NONE;
    return store(device, failure);
}

int trial_report(struct device *device, struct failure *failure)
{
    int rc = report_image(device, failure);

    if (rc == 0 && device->slots.staged_trial == SLOTS_TRIAL_PASSED)
        rc = commit_files(device, failure);
    else if (rc == 0 && device->slots.staged_trial == SLOTS_TRIAL_FAILED)
        rc = discard_files(device, failure);
    return rc;
}

int trial_begin_staged(struct device *device, unsigned mask, struct failure *failure)
{
    struct slots *slots = &device->slots;
    bool running = slots->staged_trial == SLOTS_TRIAL_RUNNING;
    bool is_lost = slots->owes_wifi && (mask & WIFI_BIT) == 0;
    bool is_new = running ? slots->staged_mask != mask : mask != 0;

    if (is_lost)
        report_wifi(device, RESULT_TRIAL_FAILED, "the networks have not been stored");
    if (!is_new) // slots_count_boot() has counted this start
        return is_lost ? store(device, failure) : 0;
    slots->staged_trial = mask == 0 ? SLOTS_TRIAL_NONE : SLOTS_TRIAL_RUNNING;
    slots->staged_mask = (uint8_t)mask;
    slots->staged_boots = 1;
    return store(device, failure);
}

void trial_pass(struct device *device)
{
    struct slots *slots = &device->slots;
    struct failure failure;
    bool has_changed = trial_is_running(device) || slots->proven_identity != device->identity_crc;

    device->is_on_trial = false;
    slots->proven_identity = device->identity_crc;
    if (slots->trial == SLOTS_TRIAL_RUNNING) {
        slots->trial = SLOTS_TRIAL_PASSED;
        slots->images[slots->active].state = SLOTS_INSTALLED;
    }
    if (slots->staged_trial == SLOTS_TRIAL_RUNNING)
        slots->staged_trial = SLOTS_TRIAL_PASSED;
    if (has_changed && (store(device, &failure) < 0 || trial_report(device, &failure) < 0))
        notice_error(device, &failure);
}

void trial_fail(struct device *device)
{
    struct slots *slots = &device->slots;
    struct failure failure;
    char reason[FAILURE_DETAIL_SIZE];
    const char *error =
        device->state == DEVICE_LINK ? "no link with any Wi-Fi network" : device->error;

    snprintf(
        reason, sizeof reason, "no report in time%s%.80s", error[0] == '\0' ? "" : ": ", error);
    // The files are the first suspects: an image on trial with them gets its time afterwards.
    if (slots->staged_trial == SLOTS_TRIAL_RUNNING) {
        slots->staged_trial = SLOTS_TRIAL_FAILED;
        snprintf(slots->reason, sizeof slots->reason, "%s", reason);
    } else {
        slots_fail_trial(slots, reason);
    }
    if (store(device, &failure) < 0)
        notice_error(device, &failure);
}
