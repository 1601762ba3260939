// Names of the steps at which something fails.
#include "common/error_step.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static const char names[ERROR_STEP_COUNT][ERROR_STEP_SIZE] = {
    [ERROR_STEP_TAKE] = "take",
    [ERROR_STEP_CONNECT] = "connect",
    [ERROR_STEP_HANDSHAKE] = "handshake",
    [ERROR_STEP_SESSION] = "session",
    [ERROR_STEP_TRANSFER] = "transfer",
    [ERROR_STEP_REQUEST] = "request",
    [ERROR_STEP_DOWNLOAD] = "download",
    [ERROR_STEP_CHECK] = "check",
    [ERROR_STEP_VERIFY] = "verify",
    [ERROR_STEP_WRITE] = "write",
    [ERROR_STEP_TRIAL] = "trial",
    [ERROR_STEP_RUN] = "run",
};

static const uint8_t steps[RESULT_COUNT] = {
    [RESULT_BUSY] = ERROR_STEP_TAKE,
    [RESULT_UNKNOWN_COMMAND] = ERROR_STEP_TAKE,
    [RESULT_NOTHING_DOWNLOADED] = ERROR_STEP_TAKE,
    [RESULT_NOT_STAGED] = ERROR_STEP_TAKE,
    [RESULT_CONNECT_FAILED] = ERROR_STEP_CONNECT,
    [RESULT_TIMEOUT] = ERROR_STEP_CONNECT,
    [RESULT_TLS_FAILED] = ERROR_STEP_HANDSHAKE,
    [RESULT_CERTIFICATE_UNTRUSTED] = ERROR_STEP_HANDSHAKE,
    [RESULT_CERTIFICATE_NAME] = ERROR_STEP_HANDSHAKE,
    [RESULT_CERTIFICATE_EXPIRED] = ERROR_STEP_HANDSHAKE,
    [RESULT_CERTIFICATE_NOT_YET_VALID] = ERROR_STEP_HANDSHAKE,
    [RESULT_HTTP_STATUS] = ERROR_STEP_REQUEST,
    [RESULT_HTTP_MALFORMED] = ERROR_STEP_REQUEST,
    [RESULT_MQTT_REFUSED] = ERROR_STEP_SESSION,
    [RESULT_MQTT_MALFORMED] = ERROR_STEP_SESSION,
    [RESULT_FILE_INVALID] = ERROR_STEP_CHECK,
    [RESULT_TRUNCATED] = ERROR_STEP_DOWNLOAD,
    [RESULT_OVERSIZED] = ERROR_STEP_DOWNLOAD,
    [RESULT_TRAILER_INVALID] = ERROR_STEP_VERIFY,
    [RESULT_SIGNATURE_INVALID] = ERROR_STEP_VERIFY,
    [RESULT_DESCRIPTOR_INVALID] = ERROR_STEP_VERIFY,
    [RESULT_WRONG_BOARD] = ERROR_STEP_VERIFY,
    [RESULT_NOT_NEWER] = ERROR_STEP_VERIFY,
    [RESULT_FLASH_FAILED] = ERROR_STEP_WRITE,
    [RESULT_OUT_OF_MEMORY] = ERROR_STEP_RUN,
    [RESULT_TRIAL_FAILED] = ERROR_STEP_TRIAL,
    [RESULT_CRASHED] = ERROR_STEP_RUN,
};

const char *error_step_name(enum error_step step)
{
    return (unsigned)step < ERROR_STEP_COUNT ? names[step] : names[ERROR_STEP_NONE];
}

enum error_step error_step_from_name(const char *name)
{
    for (size_t i = 0; i < ERROR_STEP_COUNT; i++) {
        if (strcmp(names[i], name) == 0)
            return (enum error_step)i;
    }
    return ERROR_STEP_COUNT;
}

enum error_step error_step_of(enum result result)
{
    return (unsigned)result < RESULT_COUNT ? (enum error_step)steps[result] : ERROR_STEP_NONE;
}
