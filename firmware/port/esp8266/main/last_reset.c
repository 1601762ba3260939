// Why the last run ended.
#include "firmware/port/esp8266/main/last_reset.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <esp_system.h>

#include "common/crc32.h"
#include "firmware/port/esp8266/main/rtc.h"

union note {
    uint32_t words[RTC_NOTE_SIZE / 4];
    struct {
        char why[LAST_RESET_SIZE];
        uint32_t crc; // anything may stand there after a power cut
    } text;
};

_Static_assert(sizeof(union note) == RTC_NOTE_SIZE, "the note's place");

static uint32_t checksum(const union note *note)
{
    return crc32_update(0, (const uint8_t *)note->text.why, LAST_RESET_SIZE);
}

static bool read_note(union note *note)
{
    rtc_read_note(note->words);
    return note->text.crc == checksum(note) &&
           memchr(note->text.why, '\0', LAST_RESET_SIZE) != NULL;
}

void last_reset_note(const char *why)
{
    union note note;

    if (read_note(&note) && note.text.why[0] != '\0')
        return;
    memset(&note, 0, sizeof note);
    strncpy(note.text.why, why, LAST_RESET_SIZE - 1);
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
