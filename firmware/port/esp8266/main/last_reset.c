// Why the last run ended.
#include "firmware/port/esp8266/main/last_reset.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <esp_system.h>
#include <freertos/FreeRTOS.h>
#include <freertos/xtensa_context.h>

#include "common/crc32.h"
#include "firmware/port/esp8266/main/rtc.h"

#define TEXT_SIZE (RTC_NOTE_SIZE - 4)

union note {
    uint32_t words[RTC_NOTE_SIZE / 4];
    struct {
        char why[TEXT_SIZE];
        uint32_t crc; // anything may stand there after a power cut
    } text;
};

static uint32_t checksum(const union note *note)
{
    return crc32_update(0, (const uint8_t *)note->text.why, TEXT_SIZE);
}

static bool read_note(union note *note)
{
    rtc_read_note(note->words);
    return note->text.crc == checksum(note) && memchr(note->text.why, '\0', TEXT_SIZE) != NULL;
}

void last_reset_note(const char *why)
{
    union note note;

    if (read_note(&note) && note.text.why[0] != '\0')
        return;
    memset(&note, 0, sizeof note);
    strncpy(note.text.why, why, TEXT_SIZE - 1);
    note.text.crc = checksum(&note);
    rtc_write_note(note.words);
}

// Faults that nobody noted: the dog bit while not even the panic handler could run.
static const char *reason_of_sdk(void)
{
    switch (esp_reset_reason()) {
    case ESP_RST_PANIC: return "exception";
    case ESP_RST_INT_WDT:
    case ESP_RST_TASK_WDT:
    case ESP_RST_WDT: return "watchdog";
    case ESP_RST_BROWNOUT: return "brownout";
    default: return "";
    }
}

void last_reset_tell(char *out, size_t size)
{
    union note note;

    if (read_note(&note) && note.text.why[0] != '\0')
        snprintf(out, size, "%s", note.text.why);
    else
        snprintf(out, size, "%s", reason_of_sdk());
}

void last_reset_forget(void)
{
    union note note;

    memset(&note, 0, sizeof note);
    note.text.crc = checksum(&note);
    rtc_write_note(note.words);
}

// --- the SDK's panic handler; by_watchdog: the hardware dog called it

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
static void describe(const XtExcFrame *registers, char out[TEXT_SIZE])
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
    char why[TEXT_SIZE] = "watchdog";

    if (!by_watchdog)
        describe(frame, why);
    last_reset_note(why);
    __real_panicHandler(frame, by_watchdog);
}
