#ifndef FIRMWARE_PORT_HOST_HOST_OPTIONS_H
#define FIRMWARE_PORT_HOST_HOST_OPTIONS_H

#include <stddef.h>
#include <stdint.h>

#include "common/mac.h"
#include "firmware/port/port.h"

#define HOST_OPTIONS_COUNT_MAX 100000

// The command line of virtual-esp.
struct host_options {
    const char *folder;
    char mac[MAC_SIZE]; // "" if not given
    size_t count;       // 0: one device whose flash is folder itself
    size_t slot_size;
    uint32_t trial_timeout_ms;
    const char *air;     // the file of the access points in reach; NULL: the link is up
    const char *faults;  // the file of them (fault.h), or NULL
    const char *rest;    // the file that says who is at work (host_rest.h), or NULL
    const char *journal; // the file of commands begun, or NULL
    uint32_t stagger_ms; // between the starts of two devices
    enum port_log log_level;
};

// Reads the arguments. 0; 1 if --help or --version has been answered on stdout; -1 if they are
// wrong, which has been said on stderr.
int host_options_parse(int argc, char **argv, struct host_options *out);

#endif
