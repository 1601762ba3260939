#ifndef COMMON_CONFIG_MEMBER_H
#define COMMON_CONFIG_MEMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The members of config.json and what each may be: what the server hands out and what a device
// takes are judged here, both.

#define CONFIG_MEMBER_TEXT_MAX 63 // characters of a host, and of a path without outer slashes

enum config_member_kind {
    CONFIG_MEMBER_HOST,   // a DNS name (RFC 1123, 2.1) or an IPv4 address
    CONFIG_MEMBER_PATH,   // what may stand in a request line (RFC 3986, 3.3)
    CONFIG_MEMBER_NUMBER, // a whole one
    CONFIG_MEMBER_TRUE,   // nothing but true
};

enum config_member_index { // in the contract's order
    CONFIG_MEMBER_DOWNLOAD_SERVER,
    CONFIG_MEMBER_DOWNLOAD_PORT,
    CONFIG_MEMBER_DOWNLOAD_PATH,
    CONFIG_MEMBER_DOWNLOAD_SERVER2,
    CONFIG_MEMBER_DOWNLOAD_PORT2,
    CONFIG_MEMBER_MQTT_SERVER,
    CONFIG_MEMBER_MQTT_PORT,
    CONFIG_MEMBER_MQTT_TLS,
    CONFIG_MEMBER_MQTT_SERVER2,
    CONFIG_MEMBER_MQTT_PORT2,
    CONFIG_MEMBER_NTP_SERVER,
    CONFIG_MEMBER_ENROL_SERVER,
    CONFIG_MEMBER_ENROL_PORT,
    CONFIG_MEMBER_STATUS_INTERVAL,
    CONFIG_MEMBER_WAIT_TIMEOUT,
    CONFIG_MEMBER_RETRY_TIMEOUT,
    CONFIG_MEMBER_COUNT
};

struct config_member {
    const char *name;
    enum config_member_kind kind;
    bool needed;       // by sketches in the field, which have no value of their own
    uint32_t min;      // of a number
    uint32_t max;      //
    uint32_t fallback; // what our firmware takes for a number that is absent; 0: the first's port
};

extern const struct config_member config_member_table[CONFIG_MEMBER_COUNT];

// Why a text cannot be the value of a host or path, as "is empty"; NULL if it can.
const char *config_member_refuse_text(const struct config_member *member, const char *text);

// Moves *path behind the slashes that it begins with and returns the length without those at its
// end.
size_t config_member_trim_path(const char **path);

#endif
