// Attempts to select a slot, counted in RTC memory.
#include "firmware/port/esp8266/main/attempts.h"

#include <stdint.h>

#include "firmware/port/esp8266/main/esp8266_rtc.h"

#define MARK 0x53656c00u // over the count: after a power cut anything may stand there
#define COUNT 0xffu

static uint32_t count(void)
{
    uint32_t word = esp8266_rtc_read_attempts();

    return (word & ~COUNT) == MARK ? word & COUNT : 0;
}

bool attempts_begin(void)
{
    uint32_t attempts = count();

    if (attempts >= ATTEMPTS_MAX)
        return false;
    esp8266_rtc_write_attempts(MARK | (attempts + 1));
    return true;
}

void attempts_end(void)
{
    esp8266_rtc_write_attempts(MARK);
}
