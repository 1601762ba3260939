// Interrupts and faults, told apart.
#include "firmware/port/lx106/board/exception.h"

#include <stdio.h>

#include "firmware/port/lx106/board/chip.h"
#include "firmware/port/lx106/board/crash.h"

#define CAUSE_INTERRUPT 4u // of level 1

void exception_handle(const struct exception_frame *frame)
{
    char why[48];

    if (frame->cause == CAUSE_INTERRUPT) {
        chip_serve_interrupts();
        return;
    }
    snprintf(why, sizeof why, "exception %u at 0x%08x, 0x%08x", (unsigned)frame->cause,
        (unsigned)frame->pc, (unsigned)frame->address);
    crash_stop(why);
}
