// Bytes as base64.
#include "server/base/base64.h"

#include <string.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(const uint8_t *p, size_t n, char *out)
{
    for (size_t i = 0; i < n; i += 3) {
        uint32_t group = (uint32_t)p[i] << 16;

        if (i + 1 < n)
            group |= (uint32_t)p[i + 1] << 8;
        if (i + 2 < n)
            group |= p[i + 2];
        *out++ = digits[group >> 18];
        *out++ = digits[group >> 12 & 63];
        *out++ = i + 1 < n ? digits[group >> 6 & 63] : '=';
        *out++ = i + 2 < n ? digits[group & 63] : '=';
    }
    *out = '\0';
}

static uint32_t value_of(char digit)
{
    return (uint32_t)(strchr(digits, digit) - digits);
}

int base64_decode(const char *text, uint8_t *out, size_t max, size_t *n)
{
    size_t length = strspn(text, digits);
    size_t pad = strspn(text + length, "=");
    size_t count = length * 3 / 4;
    uint32_t bits = 0;

    if (text[length + pad] != '\0' || pad > 2 || (length + pad) % 4 != 0)
        return ERR_INVALID;
    if (count > max)
        return ERR_TOO_LARGE;
    *n = 0;
    for (size_t i = 0; i < length; i++) {
        bits = bits << 6 | value_of(text[i]);
        if (i % 4 != 0)
            out[(*n)++] = (uint8_t)(bits >> (6 - 2 * (i % 4)));
    }
    if (pad == 0 || (bits & (pad == 2 ? 15u : 3u)) == 0)
        return 0;
    explicit_bzero(out, *n);
    return ERR_INVALID;
}
