#ifndef FIRMWARE_CORE_NOTICE_H
#define FIRMWARE_CORE_NOTICE_H

#include "firmware/core/device.h"
#include "firmware/core/device_command.h"
#include "firmware/core/failure.h"

#define NOTICE_LINE_SIZE 192

// Logs a line "event key=value ...".
void notice_log(struct device *device, enum port_log level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// A connection or something of the device's own failed: log, errormessage and error event.
void notice_error(struct device *device, const struct failure *failure);

// A command was taken: log and accepted event.
void notice_accepted(struct device *device, const struct device_command *command);

// How a command ended, as device->failure says: log, errormessage (which success clears) and
// command event. image may be "".
void notice_outcome(struct device *device, const struct device_command *command, const char *image);

// How the trial of an image ended, likewise.
void notice_trial(struct device *device, const char *image);

// Makes sure that the events that wait survive a restart.
void notice_save(struct device *device);

#endif
