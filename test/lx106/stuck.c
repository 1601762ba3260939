// The device's program, but once after power-on, when it has reported, it enters its loop no more
// and says on the console, by the board's clock, since when.
#include <stdio.h>

#include "firmware/core/device.h"
#include "firmware/port/lx106/chip.h"
#include "firmware/port/lx106/console.h"
#include "firmware/port/lx106/crash.h"

#define STEP_MS 100

// Linked in place of these two of core (device.h), which have the other names then.
int stuck_device_init(struct device *device, struct port *port, const char *mac,
    const struct device_options *options, struct failure *failure) __asm__("__wrap_device_init");
uint32_t stuck_device_step(struct device *device) __asm__("__wrap_device_step");
int real_device_init(struct device *device, struct port *port, const char *mac,
    const struct device_options *options, struct failure *failure) __asm__("__real_device_init");
uint32_t real_device_step(struct device *device) __asm__("__real_device_step");

static bool is_restarted;

int stuck_device_init(struct device *device, struct port *port, const char *mac,
    const struct device_options *options, struct failure *failure)
{
    char why[FAILURE_DETAIL_SIZE];

    crash_last(why, sizeof why);
    is_restarted = why[0] != '\0';
    return real_device_init(device, port, mac, options, failure);
}

static void get_stuck(void)
{
    uint32_t since_ms = chip_now_ms();
    char line[48];

    for (uint32_t next_ms = 0;; next_ms += STEP_MS) {
        while (chip_now_ms() - since_ms < next_ms)
            ;
        snprintf(line, sizeof line, "stuck for=%u\n", (unsigned)next_ms);
        console_write(line);
    }
}

uint32_t stuck_device_step(struct device *device)
{
    if (device->is_confirmed && !is_restarted)
        get_stuck();
    return real_device_step(device);
}
