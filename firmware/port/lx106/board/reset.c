// The board's reset, by its own register.
#include "firmware/port/lx106/board/reset.h"

#include <stdint.h>

#define BOARD_RESET ((volatile uint32_t *)0x9d020010u)
#define BOARD_RESET_VALUE 0xdeadu

void reset_board(void)
{
    __asm__ volatile("rsil a2, 1" : : : "a2", "memory"); // nothing comes between
    *BOARD_RESET = BOARD_RESET_VALUE;
    for (;;)
        ;
}
