#ifndef FIRMWARE_CORE_SETTINGS_H
#define FIRMWARE_CORE_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/config_member.h"
#include "firmware/core/failure.h"

#define SETTINGS_HOST_SIZE (CONFIG_MEMBER_TEXT_MAX + 1)
#define SETTINGS_PATH_SIZE (CONFIG_MEMBER_TEXT_MAX + 1)

// A server, and a second one for when it fails.
struct settings_servers {
    char hosts[2][SETTINGS_HOST_SIZE]; // the second "": there is none
    uint32_t ports[2];
    unsigned turn; // whose turn it is, 0 or 1
};

// What config.json says.
struct settings {
    struct settings_servers download;
    char download_path[SETTINGS_PATH_SIZE]; // without a slash at either end, may be ""
    struct settings_servers mqtt;
    char ntp_server[SETTINGS_HOST_SIZE];
    char enrol_server[SETTINGS_HOST_SIZE]; // "": there is none
    uint32_t enrol_port;
    uint32_t status_interval_ms;
    uint32_t wait_timeout_ms;
    uint32_t retry_timeout_ms;
};

// Reads the n bytes of a config.json. downloadserver and mqttserver are obligatory, the others have
// defaults (no path, pool.ntp.org, no other server, the port of the first for a second, numbers as
// in common/config_member.c); members it does not know are ignored. What a value may be is said
// there too. Numbers may be written as strings. It is the first servers' turn. Fails with
// RESULT_FILE_INVALID, naming the member, and leaves *out untouched.
int settings_parse(const char *text, size_t n, struct settings *out, struct failure *failure);

// The host and the port of the server whose turn it is.
const char *settings_host(const struct settings_servers *servers);
uint16_t settings_port(const struct settings_servers *servers);

// Lets it be the other one's turn. False if there is none.
bool settings_turn(struct settings_servers *servers);

#endif
