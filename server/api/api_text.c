// JSON as text.
#include "server/api/api_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/escape.h"
#include "server/base/utf8.h"

void api_text_clear(struct api_text *text)
{
    free(text->p);
    *text = (struct api_text){0};
}

static bool make_room(struct api_text *text, size_t n)
{
    if (text->failed || n <= text->room - text->n)
        return !text->failed;

    size_t room = 2 * (text->room + n);
    char *grown = realloc(text->p, room);

    if (grown == NULL) {
        text->failed = true;
        return false;
    }
    text->p = grown;
    text->room = room;
    return true;
}

static void add_bytes(struct api_text *text, const char *p, size_t n)
{
    if (!make_room(text, n))
        return;
    memcpy(text->p + text->n, p, n);
    text->n += n;
}

void api_text_add(struct api_text *text, const char *literal)
{
    add_bytes(text, literal, strlen(literal));
}

void api_text_add_integer(struct api_text *text, int64_t value)
{
    char digits[24];
    size_t i = sizeof digits;
    uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;

    do {
        digits[--i] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0)
        digits[--i] = '-';
    add_bytes(text, digits + i, sizeof digits - i);
}

// Writes the next character of the n bytes, which is none of those that stand for themselves, and
// returns its bytes.
static size_t add_special(struct api_text *text, const char *s, size_t n)
{
    char form[ESCAPE_MAX + 1];
    size_t size;
    size_t taken = escape_next_json(s, n, form, &size);

    if (*s == '"' || *s == '\\')
        add_bytes(text, "\\", 1);
    else if ((unsigned char)*s < 0x20)
        size = (size_t)snprintf(form, sizeof form, "\\u%04x", (unsigned char)*s);
    add_bytes(text, form, size);
    return taken;
}

// ASCII that stands for itself in a JSON string.
static bool is_plain(char c)
{
    unsigned char u = (unsigned char)c;

    return u >= 0x20 && u < 0x7f && c != '"' && c != '\\';
}

void api_text_add_string(struct api_text *text, const char *s)
{
    if (s[0] == '\0' || !utf8_is_valid(s)) {
        api_text_add(text, "null");
        return;
    }
    add_bytes(text, "\"", 1);
    while (*s != '\0') {
        const char *begin = s;

        while (is_plain(*s))
            s++;
        add_bytes(text, begin, (size_t)(s - begin));
        if (*s != '\0')
            s += add_special(text, s, strlen(s));
    }
    add_bytes(text, "\"", 1);
}
