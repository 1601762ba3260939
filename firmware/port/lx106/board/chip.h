#ifndef FIRMWARE_PORT_LX106_BOARD_CHIP_H
#define FIRMWARE_PORT_LX106_BOARD_CHIP_H

#include <stdint.h>

// The processor: its time and its interrupts.

#define CHIP_WATCHDOG_MS 6000

// Starts the tick, and with it the watchdog.
void chip_start(void);

// Milliseconds since the start; wraps at 32 bit.
uint32_t chip_now_ms(void);

// Tells the watchdog that the loop was entered. Not told for CHIP_WATCHDOG_MS, it resets the chip.
void chip_feed_watchdog(void);

// Sleeps (waiti) until the next interrupt: the tick, 100 times a second, or the network while it
// has something for ethernet_poll().
void chip_wait(void);

// Does what the pending interrupts ask for; runs in the exception handler.
void chip_serve_interrupts(void);

#endif
