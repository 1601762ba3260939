#ifndef FIRMWARE_PORT_LX106_ARGUMENTS_H
#define FIRMWARE_PORT_LX106_ARGUMENTS_H

#include <stdint.h>

#include "common/mac.h"
#include "firmware/port/port.h"

// What the emulator tells the board in place of fuses, crystal and surroundings: name=value each.
struct arguments {
    char mac[MAC_SIZE];        // mac
    uint32_t epoch;            // epoch: seconds since 1970 at the start; 0: by SNTP
    uint32_t trial_timeout_ms; // trial-timeout
    enum port_log log_level;   // log: 0 (errors) to 3 (debug)
    char host_name[32];        // host=NAME@IP: a name that needs no DNS
    char host_ip[16];
    char dns_ip[16]; // dns=IP@PORT: the name server
    uint16_t dns_port;
    uint16_t ntp_port; // ntp-port
    int air; // air=FILE: descriptor of a list of access points (air_text.h); -1: always linked
};

// Reads the emulator's arguments; what they do not say has its default. Stops the board if one is
// unknown or there is no MAC.
void arguments_read(struct arguments *out);

#endif
