// Text that is safe and short enough for a terminal.
#include "server/ctl/text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/utf8.h"

#define ESCAPE_MAX 8 // "\u2028" and a NUL fit

static uint32_t decode(const uint8_t *p, size_t length)
{
    static const uint8_t first_mask[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t code = p[0] & first_mask[length];

    for (size_t i = 1; i < length; i++)
        code = code << 6 | (p[i] & 0x3f);
    return code;
}

// Control characters, line and paragraph separators, and marks that reorder what stands around
// them.
static bool is_dangerous(uint32_t code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x061c ||
           (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
           (code >= 0x2060 && code <= 0x206f) || code == 0xfeff;
}

// Writes what the next character is shown as, at most ESCAPE_MAX bytes, and returns the bytes of
// input that it stands for.
static size_t show_next(const char *s, size_t n, char out[ESCAPE_MAX], size_t *size)
{
    const uint8_t *p = (const uint8_t *)s;
    size_t length = utf8_sequence_length(p, n);
    uint32_t code = length > 0 ? decode(p, length) : p[0];

    if (length == 0 || (code < 0x80 && is_dangerous(code))) {
        *size = (size_t)snprintf(out, ESCAPE_MAX, "\\x%02x", p[0]);
        return 1;
    }
    if (is_dangerous(code)) {
        *size = (size_t)snprintf(out, ESCAPE_MAX, "\\u%04x", (unsigned)(code & 0xffff));
        return length;
    }
    memcpy(out, s, length);
    *size = length;
    return length;
}

char *text_escape(const char *s)
{
    size_t n = strlen(s);
    size_t used = 0;
    char *out = malloc(n * 4 + ESCAPE_MAX);

    if (out == NULL)
        return NULL;
    while (n > 0) {
        size_t size;
        size_t taken = show_next(s, n, out + used, &size);

        used += size;
        s += taken;
        n -= taken;
    }
    out[used] = '\0';
    return out;
}

void text_print(FILE *out, const char *s)
{
    size_t n = strlen(s);

    while (n > 0) {
        char shown[ESCAPE_MAX];
        size_t size;
        size_t taken = show_next(s, n, shown, &size);

        (void)fwrite(shown, 1, size, out);
        s += taken;
        n -= taken;
    }
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
