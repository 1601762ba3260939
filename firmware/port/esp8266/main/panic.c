// Notes an exception before the SDK's panic handler restarts the chip (the linker's --wrap).
#include <stdint.h>

#include <freertos/FreeRTOS.h>
#include <freertos/xtensa_context.h>

#include "firmware/port/esp8266/main/last_reset.h"

// by_watchdog: the hardware dog called it
void __real_panicHandler(void *frame, int by_watchdog);
void __wrap_panicHandler(void *frame, int by_watchdog);

static uint32_t faulting_address(void)
{
    uint32_t address;

    __asm__ volatile("rsr %0, excvaddr" : "=a"(address));
    return address;
}

static char *put_text(char *out, const char *text)
{
    while (*text != '\0')
        *out++ = *text++;
    return out;
}

static char *put_hex(char *out, uint32_t value)
{
    for (int shift = 28; shift >= 0; shift -= 4)
        *out++ = "0123456789abcdef"[value >> shift & 15];
    return out;
}

// By hand: whose stack this is, and how much of it is left, nobody knows.
static void describe(const XtExcFrame *registers, char out[LAST_RESET_SIZE])
{
    uint32_t cause = (uint32_t)registers->exccause % 100;

    out = put_text(out, "exception ");
    if (cause >= 10)
        *out++ = (char)('0' + cause / 10);
    *out++ = (char)('0' + cause % 10);
    out = put_hex(put_text(out, " at 0x"), (uint32_t)registers->pc);
    out = put_hex(put_text(out, ", 0x"), faulting_address());
    *out = '\0';
}

void __wrap_panicHandler(void *frame, int by_watchdog)
{
    char why[LAST_RESET_SIZE] = "watchdog";

    if (!by_watchdog)
        describe(frame, why);
    last_reset_note(why);
    __real_panicHandler(frame, by_watchdog);
}
