#ifndef FIRMWARE_CORE_SETTINGS_H
#define FIRMWARE_CORE_SETTINGS_H

#include <stddef.h>
#include <stdint.h>

#include "common/config_member.h"
#include "firmware/core/failure.h"

#define SETTINGS_HOST_SIZE (CONFIG_MEMBER_TEXT_MAX + 1)
#define SETTINGS_PATH_SIZE (CONFIG_MEMBER_TEXT_MAX + 1)

// What config.json says.
struct settings {
    char download_server[SETTINGS_HOST_SIZE];
    uint16_t download_port;
    char download_path[SETTINGS_PATH_SIZE]; // without a slash at either end, may be ""
    char mqtt_server[SETTINGS_HOST_SIZE];
    uint16_t mqtt_port;
    char ntp_server[SETTINGS_HOST_SIZE];
    char enrol_server[SETTINGS_HOST_SIZE]; // "": there is none
    uint16_t enrol_port;
    uint32_t status_interval_ms;
    uint32_t wait_timeout_ms;
    uint32_t retry_timeout_ms;
};

// Reads the n bytes of a config.json. downloadserver and mqttserver are obligatory, the others have
// defaults (no path, pool.ntp.org, no enrolserver, numbers as in common/config_member.c); members
// it does not know are ignored. What a value may be is said there too. Numbers may be written as
// strings. Fails with RESULT_FILE_INVALID, naming the member, and leaves *out untouched.
int settings_parse(const char *text, size_t n, struct settings *out, struct failure *failure);

#endif
