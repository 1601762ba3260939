// Names of results.
#include "common/result.h"

#include <stddef.h>
#include <string.h>

static const char *const names[RESULT_COUNT] = {
    [RESULT_OK] = "ok",
    [RESULT_CURRENT] = "current",
    [RESULT_BUSY] = "busy",
    [RESULT_UNKNOWN_COMMAND] = "unknown-command",
    [RESULT_NOTHING_DOWNLOADED] = "nothing-downloaded",
    [RESULT_NOT_STAGED] = "not-staged",
    [RESULT_CONNECT_FAILED] = "connect-failed",
    [RESULT_TIMEOUT] = "timeout",
    [RESULT_TLS_FAILED] = "tls-failed",
    [RESULT_CERTIFICATE_UNTRUSTED] = "certificate-untrusted",
    [RESULT_CERTIFICATE_NAME] = "certificate-name",
    [RESULT_CERTIFICATE_EXPIRED] = "certificate-expired",
    [RESULT_CERTIFICATE_NOT_YET_VALID] = "certificate-not-yet-valid",
    [RESULT_HTTP_STATUS] = "http-status",
    [RESULT_HTTP_MALFORMED] = "http-malformed",
    [RESULT_MQTT_REFUSED] = "mqtt-refused",
    [RESULT_MQTT_MALFORMED] = "mqtt-malformed",
    [RESULT_FILE_INVALID] = "file-invalid",
    [RESULT_TRUNCATED] = "truncated",
    [RESULT_OVERSIZED] = "oversized",
    [RESULT_TRAILER_INVALID] = "trailer-invalid",
    [RESULT_SIGNATURE_INVALID] = "signature-invalid",
    [RESULT_DESCRIPTOR_INVALID] = "descriptor-invalid",
    [RESULT_WRONG_BOARD] = "wrong-board",
    [RESULT_NOT_NEWER] = "not-newer",
    [RESULT_FLASH_FAILED] = "flash-failed",
    [RESULT_OUT_OF_MEMORY] = "out-of-memory",
    [RESULT_TRIAL_FAILED] = "trial-failed",
    [RESULT_CRASHED] = "crashed",
};

const char *result_name(enum result result)
{
    return (unsigned)result < RESULT_COUNT ? names[result] : "unknown";
}

enum result result_from_name(const char *name)
{
    for (size_t i = 0; i < RESULT_COUNT; i++) {
        if (strcmp(names[i], name) == 0)
            return (enum result)i;
    }
    return RESULT_COUNT;
}
