#ifndef FIRMWARE_PORT_LX106_BOARD_CRASH_H
#define FIRMWARE_PORT_LX106_BOARD_CRASH_H

#include <stddef.h>

// Why the last run ended, in memory that a reset leaves as it is and power-on does not.

// For the vector of an exception within an exception.
void crash_double_exception(void) __attribute__((noreturn));

// Says why on the console, remembers it and resets.
void crash_stop(const char *why) __attribute__((noreturn));

// The same where lwIP finds that it is wrong: its texts would be 7 KB of the image.
void crash_in_lwip(unsigned line) __attribute__((noreturn));

// Copies why the last run ended to out, "" if it was not by crash_stop(). forget clears it.
void crash_last(char *out, size_t size);
void crash_forget(void);

#endif
