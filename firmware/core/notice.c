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

void notice_error(struct device *device, const struct failure *failure)
{
    struct report_event event = {
        .kind = CONTRACT_EVENT_KIND_ERROR,
        .result = failure->result,
        .detail = failure->detail,
    };

    snprintf(device->error, sizeof device->error, "%s", failure->detail);
    events_add(&device->events, &event);
    notice_log(device, PORT_LOG_ERROR, "error result=%s detail=\"%s\"",
        result_name(failure->result), failure->detail);
}

static bool is_success(enum result result)
{
    return result == RESULT_OK || result == RESULT_CURRENT;
}

void notice_outcome(struct device *device, const struct device_command *command, enum result result,
    const char *image, const char *detail)
{
    struct report_event event = {
        .kind = CONTRACT_EVENT_KIND_COMMAND,
        .command = command->name,
        .has_id = command->has_id,
        .id = command->id,
        .result = result,
        .image = image,
        .detail = detail,
    };

    if (is_success(result))
        device->error[0] = '\0';
    else
        snprintf(device->error, sizeof device->error, "%s: %s", command->name,
            detail[0] != '\0' ? detail : result_name(result));
    events_add(&device->events, &event);
    notice_log(device, is_success(result) ? PORT_LOG_INFO : PORT_LOG_WARNING,
        "command name=%s result=%s image=%s detail=\"%s\"", command->name, result_name(result),
        image, detail);
}

void notice_trial(struct device *device, enum result result, const char *image, const char *detail)
{
    struct report_event event = {
        .kind = CONTRACT_EVENT_KIND_TRIAL,
        .result = result,
        .image = image,
        .detail = detail,
    };

    events_add(&device->events, &event);
    notice_log(device, result == RESULT_OK ? PORT_LOG_INFO : PORT_LOG_WARNING,
        "trial result=%s image=%s detail=\"%s\"", result_name(result), image, detail);
}

void notice_save(struct device *device)
{
    if (events_save(&device->events, device->port) != 0)
        notice_log(device, PORT_LOG_ERROR, "events file=%s result=%s", EVENTS_FILE,
            result_name(RESULT_FLASH_FAILED));
}
