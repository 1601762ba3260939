// Why the last run ended.
#include "firmware/port/esp8266/main/last_reset.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <esp_system.h>

#include "common/crc32.h"
#include "firmware/port/esp8266/main/esp8266_rtc.h"

union note {
    uint32_t words[ESP8266_RTC_NOTE_SIZE / 4];
    struct {
        char why[LAST_RESET_SIZE];
        uint32_t is_own; // the restart was ours
        uint32_t crc;    // anything may stand there after a power cut
    } text;
};

_Static_assert(sizeof(union note) == ESP8266_RTC_NOTE_SIZE, "the note's place");

static uint32_t checksum(const union note *note)
{
    return crc32_update(
        0, (const uint8_t *)note->words, ESP8266_RTC_NOTE_SIZE - sizeof note->text.crc);
}

static bool read_note(union note *note)
{
    esp8266_rtc_read_note(note->words);
    return note->text.crc == checksum(note) &&
           memchr(note->text.why, '\0', LAST_RESET_SIZE) != NULL;
}

static bool has_reason(union note *note)
{
    return read_note(note) && note->text.why[0] != '\0';
}

static void write_note(const char *why, bool is_own)
{
    union note note;

    memset(&note, 0, sizeof note);
    strncpy(note.text.why, why, LAST_RESET_SIZE - 1);
    note.text.is_own = is_own;
    note.text.crc = checksum(&note);
    esp8266_rtc_write_note(note.words);
}

void last_reset_note(const char *why)
{
    union note note;

    if (!has_reason(&note))
        write_note(why, false);
}

void last_reset_restart(void)
{
    union note note;

    if (!has_reason(&note))
        write_note("", true);
    esp_restart();
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

    if (has_reason(&note))
        snprintf(out, size, "%s", note.text.why);
    else if (read_note(&note) && note.text.is_own)
        snprintf(out, size, "%s", "");
    else
        snprintf(out, size, "%s", reason_of_sdk());
}

void last_reset_forget(void)
{
    write_note("", false);
}
