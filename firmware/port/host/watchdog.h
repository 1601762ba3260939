#ifndef FIRMWARE_PORT_HOST_WATCHDOG_H
#define FIRMWARE_PORT_HOST_WATCHDOG_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

// A watchdog over the one thread that runs the devices: if it is not fed in time, the process
// starts itself anew, as a chip's watchdog resets the chip.
struct watchdog {
    timer_t timer;
    char *const *arguments;
    uint32_t timeout_ms;
};

// Prepares one that restarts the program with those arguments (NULL-terminated, borrowed). 0 or -1.
int watchdog_init(struct watchdog *watchdog, char *const *arguments, uint32_t timeout_ms);

// Starts the time anew, or stops it while the process waits.
void watchdog_feed(struct watchdog *watchdog);
void watchdog_rest(struct watchdog *watchdog);

void watchdog_clear(struct watchdog *watchdog);

#endif
