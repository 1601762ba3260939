#ifndef FIRMWARE_CORE_TRIAL_H
#define FIRMWARE_CORE_TRIAL_H

#include <stdbool.h>

#include "firmware/core/device.h"
#include "firmware/core/failure.h"

// Trials of images and of staged files. Each way through is written to the slot record first and
// may then be repeated from there after a power cut.

// At the start: reports trials that have ended, with the outcome of the command that began them,
// and does what their end demands, and an image that was skipped.
int trial_report(struct device *device, struct failure *failure);

// At the start: the staged files of mask (0: none) are in use, on trial. If a wifi command's are
// not among them, that is its outcome.
int trial_begin_staged(struct device *device, unsigned mask, struct failure *failure);

// Whether the record has an image or files on trial.
bool trial_is_running(const struct device *device);

// The name of the file whose Wi-Fi networks are in use: the staged one while it is on trial.
const char *trial_networks(const struct device *device);

// The device has reported to the backend: what is on trial has passed, and its identity is proven.
void trial_pass(struct device *device);

// The deadline is over: what is on trial has failed, for the reason of device->error. The caller
// restarts the device.
void trial_fail(struct device *device);

#endif
