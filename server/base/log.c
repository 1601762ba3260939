// One line a log entry, on standard error.
#include "server/base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/base/clock.h"
#include "server/base/escape.h"

#define LINE_SIZE 1024

static const struct {
    const char *name;
    enum log_level level;
} levels[] = {
    {"error", LOG_ERROR},
    {"warning", LOG_WARNING},
    {"info", LOG_INFO},
    {"debug", LOG_DEBUG},
};

static _Atomic int threshold = LOG_INFO;

void log_set_level(enum log_level level)
{
    threshold = level;
}

int log_level_from_name(const char *name)
{
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        if (strcmp(levels[i].name, name) == 0)
            return (int)levels[i].level;
    }
    return -1;
}

static const char *level_name(enum log_level level)
{
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        if (levels[i].level == level)
            return levels[i].name;
    }
    return "?";
}

// Four times the size always fits.
static size_t escape(const char *text, char *out)
{
    size_t rest = strlen(text);
    size_t n = 0;

    while (rest > 0) {
        char shown[ESCAPE_MAX];
        size_t size;
        size_t taken = escape_next(text, rest, shown, &size);

        memcpy(out + n, shown, size);
        n += size;
        text += taken;
        rest -= taken;
    }
    return n;
}

static size_t write_prefix(char *out, size_t size, enum log_level level)
{
    char text[CLOCK_TEXT_SIZE];
    int64_t now_ms = clock_system_ms();

    if (getenv("JOURNAL_STREAM") != NULL)
        return (size_t)snprintf(out, size, "<%d>", level);
    clock_format(now_ms, text);
    return (size_t)snprintf(out, size, "%.*s.%03dZ %s ", (int)strcspn(text, "Z"), text,
        (int)(now_ms % 1000), level_name(level));
}

__attribute__((format(printf, 3, 0))) static void write_line(
    enum log_level level, const char *module, const char *format, va_list args)
{
    char text[LINE_SIZE];
    char line[64 + 4 * LINE_SIZE + 2];

    if ((int)level > threshold)
        return;

    int used = snprintf(text, sizeof text, "%s: ", module);

    if (used < 0 || (size_t)used >= sizeof text)
        return;
    vsnprintf(text + used, sizeof text - (size_t)used, format, args);

    size_t n = write_prefix(line, 64, level);

    n += escape(text, line + n);
    line[n++] = '\n';
    // One write: lines of several threads do not mix. A log that cannot be written is not worth
    // dying for.
    if (write(STDERR_FILENO, line, n) < 0)
        return;
}

#define LOG_AT(level)                                                                              \
    do {                                                                                           \
        va_list args;                                                                              \
        va_start(args, format);                                                                    \
        write_line((level), module, format, args);                                                 \
        va_end(args);                                                                              \
    } while (0)

void log_error(const char *module, const char *format, ...)
{
    LOG_AT(LOG_ERROR);
}

void log_warning(const char *module, const char *format, ...)
{
    LOG_AT(LOG_WARNING);
}

void log_info(const char *module, const char *format, ...)
{
    LOG_AT(LOG_INFO);
}

void log_debug(const char *module, const char *format, ...)
{
    LOG_AT(LOG_DEBUG);
}
