// RTC memory, word by word.
#include "firmware/port/esp8266/main/esp8266_rtc.h"

#include <string.h>

#include <esp_attr.h>

#include "firmware/core/tls_retain.h"

_Static_assert(ESP8266_RTC_RETAINED_SIZE >= TLS_RETAIN_SIZE, "core's sessions");

static RTC_NOINIT_ATTR volatile uint32_t retained[ESP8266_RTC_RETAINED_SIZE / 4];
static RTC_NOINIT_ATTR volatile uint32_t note[ESP8266_RTC_NOTE_SIZE / 4];
static RTC_NOINIT_ATTR volatile uint32_t attempts;

void esp8266_rtc_read_retained(uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i += sizeof(uint32_t)) {
        uint32_t word = retained[i / sizeof word];

        memcpy(p + i, &word, n - i < sizeof word ? n - i : sizeof word);
    }
}

void esp8266_rtc_write_retained(const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i += sizeof(uint32_t)) {
        uint32_t word = retained[i / sizeof word];

        memcpy(&word, p + i, n - i < sizeof word ? n - i : sizeof word);
        retained[i / sizeof word] = word;
    }
}

void esp8266_rtc_read_note(uint32_t words[ESP8266_RTC_NOTE_SIZE / 4])
{
    for (size_t i = 0; i < ESP8266_RTC_NOTE_SIZE / 4; i++)
        words[i] = note[i];
}

void esp8266_rtc_write_note(const uint32_t words[ESP8266_RTC_NOTE_SIZE / 4])
{
    for (size_t i = 0; i < ESP8266_RTC_NOTE_SIZE / 4; i++)
        note[i] = words[i];
}

uint32_t esp8266_rtc_read_attempts(void)
{
    return attempts;
}

void esp8266_rtc_write_attempts(uint32_t word)
{
    attempts = word;
}
