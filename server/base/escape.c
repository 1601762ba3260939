// Characters that a terminal might obey, made visible.
#include "server/base/escape.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/utf8.h"

static const struct {
    uint32_t first, last;
} dangerous[] = {
    {0x00, 0x1f}, {0x7f, 0x9f}, {0x061c, 0x061c}, // Arabic letter mark
    {0x180e, 0x180e},                             // Mongolian vowel separator
    {0x200b, 0x200f},                             // zero-width characters, directional marks
    {0x2028, 0x202e},                             // separators, embeddings and overrides
    {0x2060, 0x206f},   // word joiner, isolates, deprecated format characters
    {0xfeff, 0xfeff},   // byte order mark
    {0xfff9, 0xfffb},   // interlinear annotation
    {0xe0000, 0xe007f}, // tags
};

static bool is_dangerous(uint32_t code)
{
    for (size_t i = 0; i < sizeof dangerous / sizeof dangerous[0]; i++) {
        if (code >= dangerous[i].first && code <= dangerous[i].last)
            return true;
    }
    return false;
}

static uint32_t decode(const uint8_t *p, size_t length)
{
    static const uint8_t first_mask[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t code = p[0] & first_mask[length];

    for (size_t i = 1; i < length; i++)
        code = code << 6 | (p[i] & 0x3f);
    return code;
}

static size_t copy(const char *s, size_t length, char *out, size_t *size)
{
    memcpy(out, s, length);
    *size = length;
    return length;
}

__attribute__((format(printf, 3, 4))) static void write_form(
    char out[ESCAPE_MAX], size_t *size, const char *format, ...)
{
    char text[ESCAPE_MAX + 1];
    va_list args;

    va_start(args, format);
    *size = (size_t)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    memcpy(out, text, *size);
}

size_t escape_next(const char *s, size_t n, char out[ESCAPE_MAX], size_t *size)
{
    const uint8_t *p = (const uint8_t *)s;
    size_t length = utf8_sequence_length(p, n);
    uint32_t code = length > 0 ? decode(p, length) : 0; // as dangerous as a NUL

    if (!is_dangerous(code))
        return copy(s, length, out, size);
    if (length <= 1) {
        write_form(out, size, "\\x%02x", (unsigned)p[0]);
        return 1;
    }
    if (code > 0xffff)
        write_form(out, size, "\\U%08x", (unsigned)code);
    else
        write_form(out, size, "\\u%04x", (unsigned)code);
    return length;
}

size_t escape_next_json(const char *s, size_t n, char out[ESCAPE_MAX], size_t *size)
{
    const uint8_t *p = (const uint8_t *)s;
    size_t length = utf8_sequence_length(p, n);
    uint32_t code = length > 0 ? decode(p, length) : 0;

    if (code < 0x20 || !is_dangerous(code)) // also what is no UTF-8
        return copy(s, length > 0 ? length : 1, out, size);
    if (code <= 0xffff)
        write_form(out, size, "\\u%04x", (unsigned)code);
    else
        write_form(out, size, "\\u%04x\\u%04x", (unsigned)(0xd800 + ((code - 0x10000) >> 10)),
            (unsigned)(0xdc00 + ((code - 0x10000) & 0x3ff)));
    return length;
}

// Makes the room twice as large. NULL, and the text is freed, if there is no memory.
static char *grow(char *text, size_t *room)
{
    char *grown = realloc(text, *room * 2);

    if (grown == NULL)
        free(text);
    *room *= 2;
    return grown;
}

static char *escape(const char *s, size_t *size,
    size_t (*next)(const char *s, size_t n, char out[ESCAPE_MAX], size_t *size))
{
    size_t n = strlen(s);
    size_t room = n + ESCAPE_MAX + 1; // of most texts all
    char *out = malloc(room);

    *size = 0;
    while (out != NULL && n > 0) {
        size_t written;
        size_t taken;

        if (room - *size <= ESCAPE_MAX)
            out = grow(out, &room);
        if (out == NULL)
            break;
        taken = next(s, n, out + *size, &written);
        *size += written;
        s += taken;
        n -= taken;
    }
    if (out != NULL)
        out[*size] = '\0';
    return out;
}

char *escape_text(const char *s, size_t *size)
{
    return escape(s, size, escape_next);
}

char *escape_json(const char *json, size_t *size)
{
    return escape(json, size, escape_next_json);
}
