#ifndef FIRMWARE_PORT_LX106_BOARD_RTC_H
#define FIRMWARE_PORT_LX106_BOARD_RTC_H

#include <stddef.h>
#include <stdint.h>

// The chip's RTC memory, 512 bytes that a reset leaves as they are and power-on does not: why the
// last run ended, and what core retains.
#define RTC_NOTE ((uint8_t *)0x60001200u)
#define RTC_NOTE_SIZE 64u
#define RTC_RETAINED (RTC_NOTE + RTC_NOTE_SIZE)
#define RTC_RETAINED_SIZE 256u

#endif
