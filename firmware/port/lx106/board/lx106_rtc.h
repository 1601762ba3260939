#ifndef FIRMWARE_PORT_LX106_BOARD_LX106_RTC_H
#define FIRMWARE_PORT_LX106_BOARD_LX106_RTC_H

#include <stddef.h>
#include <stdint.h>

// The chip's RTC memory, 512 bytes that a reset leaves as they are and power-on does not: why the
// last run ended, and what core retains.
#define LX106_RTC_NOTE ((uint8_t *)0x60001200u)
#define LX106_RTC_NOTE_SIZE 64u
#define LX106_RTC_RETAINED (LX106_RTC_NOTE + LX106_RTC_NOTE_SIZE)
#define LX106_RTC_RETAINED_SIZE 256u

#endif
