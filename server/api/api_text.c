// JSON as text.
#include "server/api/api_text.h"

#include <stdlib.h>
#include <string.h>

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

static void add_escaped(struct api_text *text, char c)
{
    static const char hex[] = "0123456789abcdef";
    unsigned char u = (unsigned char)c;
    char escaped[] = {'\\', 'u', '0', '0', hex[u >> 4], hex[u & 15]};

    if (u < 0x20) {
        add_bytes(text, escaped, sizeof escaped);
    } else {
        add_bytes(text, "\\", 1);
        add_bytes(text, &c, 1);
    }
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

        while ((unsigned char)*s >= 0x20 && *s != '"' && *s != '\\')
            s++;
        add_bytes(text, begin, (size_t)(s - begin));
        if (*s != '\0')
            add_escaped(text, *s++);
    }
    add_bytes(text, "\"", 1);
}
