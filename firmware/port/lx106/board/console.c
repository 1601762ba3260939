// The serial line: a 16550 that the board has set up.
#include "firmware/port/lx106/board/console.h"

#include <stdint.h>

#define UART ((volatile uint32_t *)0x9d050020u)
#define UART_DATA 0
#define UART_LINE_STATUS 5
#define UART_MAY_SEND 0x20u

void console_write(const char *text)
{
    for (; *text != '\0'; text++) {
        while ((UART[UART_LINE_STATUS] & UART_MAY_SEND) == 0)
            ;
        UART[UART_DATA] = (uint8_t)*text;
    }
}
