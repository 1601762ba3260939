// Well-formed UTF-8.
#include "server/base/utf8.h"

#include <string.h>

// The table of RFC 3629, section 4: by first byte, the length and the bounds of the second byte.
static const struct {
    uint8_t first_low, first_high, length, second_low, second_high;
} forms[] = {
    {0xC2, 0xDF, 2, 0x80, 0xBF},
    {0xE0, 0xE0, 3, 0xA0, 0xBF},
    {0xE1, 0xEC, 3, 0x80, 0xBF},
    {0xED, 0xED, 3, 0x80, 0x9F},
    {0xEE, 0xEF, 3, 0x80, 0xBF},
    {0xF0, 0xF0, 4, 0x90, 0xBF},
    {0xF1, 0xF3, 4, 0x80, 0xBF},
    {0xF4, 0xF4, 4, 0x80, 0x8F},
};

size_t utf8_sequence_length(const uint8_t *p, size_t n)
{
    if (n == 0)
        return 0;
    if (p[0] < 0x80)
        return 1;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (p[0] < forms[i].first_low || p[0] > forms[i].first_high)
            continue;
        if (n < forms[i].length || p[1] < forms[i].second_low || p[1] > forms[i].second_high)
            return 0;
        for (size_t k = 2; k < forms[i].length; k++) {
            if (p[k] < 0x80 || p[k] > 0xBF)
                return 0;
        }
        return forms[i].length;
    }
    return 0;
}

bool utf8_is_valid(const char *s)
{
    size_t n = strlen(s);

    while (n > 0) {
        size_t length = utf8_sequence_length((const uint8_t *)s, n);

        if (length == 0)
            return false;
        s += length;
        n -= length;
    }
    return true;
}

size_t utf8_fit(const char *s, size_t max)
{
    size_t size = strlen(s);
    size_t n = 0;

    while (n < size) {
        size_t length = utf8_sequence_length((const uint8_t *)s + n, size - n);

        if (n + (length > 0 ? length : 1) > max)
            break;
        n += length > 0 ? length : 1;
    }
    return n;
}
