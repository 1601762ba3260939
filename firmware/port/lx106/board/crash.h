#ifndef FIRMWARE_PORT_LX106_BOARD_CRASH_H
#define FIRMWARE_PORT_LX106_BOARD_CRASH_H

#include <stddef.h>
#include <stdint.h>

// Why the last run ended, in memory that a reset leaves as it is and power-on does not.

// What the exception vectors save; start.S has its layout.
struct crash_frame {
    uint32_t a[16]; // a[1] is the stack pointer before the exception
    uint32_t sar;
    uint32_t cause;   // EXCCAUSE
    uint32_t pc;      // EPC1
    uint32_t address; // EXCVADDR
};

// Called by the exception vectors: serves interrupts, ends the run for anything else.
void crash_exception(struct crash_frame *frame);
void crash_double_exception(void) __attribute__((noreturn));

// Says why on the console, remembers it and resets.
void crash_stop(const char *why) __attribute__((noreturn));

// Copies why the last run ended to out, "" if it was not by crash_stop(). forget clears it.
void crash_last(char *out, size_t size);
void crash_forget(void);

#endif
