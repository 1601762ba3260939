// The end of a run that cannot go on.
#include "firmware/port/lx106/board/crash.h"

#include <stdio.h>
#include <string.h>

#include "common/crc32.h"
#include "firmware/port/lx106/board/console.h"
#include "firmware/port/lx106/board/lx106_rtc.h"
#include "firmware/port/lx106/board/reset.h"

#define NOTE_SIZE 48
#define NOTE ((struct note *)LX106_RTC_NOTE)

struct note {
    char why[NOTE_SIZE];
    uint32_t crc;
};

_Static_assert(sizeof(struct note) <= LX106_RTC_NOTE_SIZE, "the note fits");

void crash_double_exception(void)
{
    crash_stop("double exception");
}

void crash_stop(const char *why)
{
    struct note *note = NOTE;

    strncpy(note->why, why, NOTE_SIZE - 1);
    note->why[NOTE_SIZE - 1] = '\0';
    note->crc = crc32_update(0, (const uint8_t *)note->why, NOTE_SIZE);
    console_write("crash: ");
    console_write(note->why);
    console_write("\n");
    reset_board();
}

void crash_in_lwip(unsigned line)
{
    char why[NOTE_SIZE];

    snprintf(why, sizeof why, "lwIP, line %u", line);
    crash_stop(why);
}

void crash_last(char *out, size_t size)
{
    const struct note *note = NOTE;

    if (note->crc != crc32_update(0, (const uint8_t *)note->why, NOTE_SIZE))
        snprintf(out, size, "%s", "");
    else
        snprintf(out, size, "%s", note->why);
}

void crash_forget(void)
{
    NOTE->crc = ~crc32_update(0, (const uint8_t *)NOTE->why, NOTE_SIZE);
}
