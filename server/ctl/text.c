// Text that is safe and short enough for a terminal.
#include "server/ctl/text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/escape.h"

char *text_escape(const char *s)
{
    size_t size;

    return escape_text(s, &size);
}

void text_print(FILE *out, const char *s)
{
    size_t n = strlen(s);

    while (n > 0) {
        char shown[ESCAPE_MAX];
        size_t size;
        size_t taken = escape_next(s, n, shown, &size);

        (void)fwrite(shown, 1, size, out);
        s += taken;
        n -= taken;
    }
}

void text_line(FILE *out, const char *format, ...)
{
    char *line = NULL;
    va_list args;

    va_start(args, format);
    if (vasprintf(&line, format, args) >= 0)
        text_print(out, line);
    va_end(args);
    free(line);
    putc('\n', out);
}

size_t text_width(const char *s)
{
    size_t width = 0;

    for (; *s != '\0'; s++)
        width += ((unsigned char)*s & 0xc0) != 0x80;
    return width;
}

void text_age(int64_t duration_ms, char out[TEXT_SHORT_SIZE])
{
    long long s = duration_ms > 0 ? duration_ms / 1000 : 0;

    if (s < 60)
        snprintf(out, TEXT_SHORT_SIZE, "%llds", s);
    else if (s < 3600)
        snprintf(out, TEXT_SHORT_SIZE, "%lldm", s / 60);
    else if (s < 86400)
        snprintf(out, TEXT_SHORT_SIZE, "%lldh", s / 3600);
    else
        snprintf(out, TEXT_SHORT_SIZE, "%lldd", s / 86400);
}

void text_size(int64_t bytes, char out[TEXT_SHORT_SIZE])
{
    double kib = (double)bytes / 1024;

    if (bytes < 1024)
        snprintf(out, TEXT_SHORT_SIZE, "%lld B", (long long)bytes);
    else if (bytes < 1024L * 1024)
        snprintf(out, TEXT_SHORT_SIZE, "%.0f KiB", kib);
    else
        snprintf(out, TEXT_SHORT_SIZE, "%.1f MiB", kib / 1024);
}
