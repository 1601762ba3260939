// What the device has to say, to its log and to the backend.
#include "firmware/core/notice.h"

#include <stdarg.h>
#include <stdio.h>

#include "common/contract.h"

void notice_log(struct device *device, enum port_log level, const char *format, ...)
{
    char line[NOTICE_LINE_SIZE];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    for (char *at = line; *at != '\0'; at++) { // servers have their say in it
        if (*at < ' ' || *at > '~')
            *at = '?';
    }
    device->port->ops->log(device->port, level, line);
}

static bool is_success(const struct failure *failure)
{
    return failure->result == RESULT_OK || failure->result == RESULT_CURRENT;
}

// An event and its line in the log. command and image may be NULL.
static void tell(struct device *device, const char *kind, const struct device_command *command,
    const char *image, const struct failure *failure)
{
    struct report_event event = {
        .kind = kind,
        .result = failure->result,
        .image = image,
        .step = (enum error_step)failure->step,
        .code = failure->code,
        .detail = failure->detail,
    };
    const char *name = "";

    if (command != NULL) {
        event.command = name = command->name;
        event.has_id = command->has_id;
        event.id = command->id;
    }
    events_add(&device->events, &event);
    notice_log(device,
        is_success(failure) ? PORT_LOG_INFO
        : image != NULL     ? PORT_LOG_WARNING
                            : PORT_LOG_ERROR,
        "%s%s%s result=%s detail=\"%s\" code=%ld image=%s", kind, name[0] != '\0' ? " name=" : "",
        name, result_name(failure->result), failure->detail, (long)failure->code,
        image != NULL ? image : "");
}

void notice_error(struct device *device, const struct failure *failure)
{
    snprintf(device->error, sizeof device->error, "%s", failure->detail);
    tell(device, CONTRACT_EVENT_KIND_ERROR, NULL, NULL, failure);
}

void notice_accepted(struct device *device, const struct device_command *command)
{
    failure_clear(&device->failure);
    tell(device, CONTRACT_EVENT_KIND_ACCEPTED, command, "", &device->failure);
}

void notice_outcome(struct device *device, const struct device_command *command, const char *image)
{
    const struct failure *failure = &device->failure;

    if (is_success(failure))
        device->error[0] = '\0';
    else
        snprintf(device->error, sizeof device->error, "%s: %s", command->name,
            failure->detail[0] != '\0' ? failure->detail : result_name(failure->result));
    tell(device, CONTRACT_EVENT_KIND_COMMAND, command, image, failure);
}

void notice_trial(struct device *device, const char *image)
{
    tell(device, CONTRACT_EVENT_KIND_TRIAL, NULL, image, &device->failure);
}

void notice_save(struct device *device)
{
    if (events_save(&device->events, device->port) != 0)
        notice_log(device, PORT_LOG_ERROR, "events file=%s result=%s", EVENTS_FILE,
            result_name(RESULT_FLASH_FAILED));
}
