// The device's program, but once after power-on, when it has reported, it enters its loop no more
// and says on the console, by the board's clock, since when.
#include <stdio.h>

#include "firmware/core/device.h"
#include "firmware/port/lx106/board/chip.h"
#include "firmware/port/lx106/board/console.h"

#define STEP_MS 100

// Behind the chip's RTC memory (lx106_rtc.h), where nobody else writes and a reset leaves it as it
// is.
#define MARK ((volatile uint32_t *)0x60002000u)
#define MARK_VALUE 0x6b637573u

// Linked in place of device_step() (device.h), which has the other name then.
uint32_t stuck_device_step(struct device *device) __asm__("__wrap_device_step");
uint32_t real_device_step(struct device *device) __asm__("__real_device_step");

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
    if (device->is_confirmed && *MARK != MARK_VALUE) {
        *MARK = MARK_VALUE;
        get_stuck();
    }
    return real_device_step(device);
}
