#ifndef FIRMWARE_PORT_LX106_BOARD_EXCEPTION_H
#define FIRMWARE_PORT_LX106_BOARD_EXCEPTION_H

#include <stdint.h>

// What the exception vectors save; start.S has its layout.
struct exception_frame {
    uint32_t a[16]; // a[1] is the stack pointer before the exception
    uint32_t sar;
    uint32_t cause;   // EXCCAUSE
    uint32_t pc;      // EPC1
    uint32_t address; // EXCVADDR
};

// Called by the exception vectors: serves interrupts, ends the run for anything else.
void exception_handle(const struct exception_frame *frame);

#endif
