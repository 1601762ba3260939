// RTC memory, word by word.
#include "firmware/port/esp8266/main/rtc.h"

#include <string.h>

#include <esp_attr.h>

#include "firmware/core/tls_retain.h"

_Static_assert(RTC_RETAINED_SIZE >= TLS_RETAIN_SIZE, "core's sessions");

static RTC_NOINIT_ATTR volatile uint32_t retained[RTC_RETAINED_SIZE / 4];
static RTC_NOINIT_ATTR volatile uint32_t note[RTC_NOTE_SIZE / 4];
static RTC_NOINIT_ATTR volatile uint32_t attempts;

void rtc_read_retained(uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i += sizeof(uint32_t)) {
        uint32_t word = retained[i / sizeof word];

        memcpy(p + i, &word, n - i < sizeof word ? n - i : sizeof word);
    }
}

void rtc_write_retained(const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i += sizeof(uint32_t)) {
        uint32_t word = retained[i / sizeof word];

        memcpy(&word, p + i, n - i < sizeof word ? n - i : sizeof word);
        retained[i / sizeof word] = word;
    }
}

void rtc_read_note(uint32_t words[RTC_NOTE_SIZE / 4])
{
    for (size_t i = 0; i < RTC_NOTE_SIZE / 4; i++)
        words[i] = note[i];
}

void rtc_write_note(const uint32_t words[RTC_NOTE_SIZE / 4])
{
    for (size_t i = 0; i < RTC_NOTE_SIZE / 4; i++)
        note[i] = words[i];
}

uint32_t rtc_read_attempts(void)
{
    return attempts;
}

void rtc_write_attempts(uint32_t word)
{
    attempts = word;
}
