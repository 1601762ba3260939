// Bytes as text.
#include "server/base/hex.h"

void hex_encode(const uint8_t *p, size_t n, char *out)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digits[p[i] >> 4];
        out[2 * i + 1] = digits[p[i] & 15];
    }
    out[2 * n] = '\0';
}

// Of a digit the value plus 1; 0: it is none. Lists have millions, each message some.
static const uint8_t values[256] = {
    ['0'] = 1,
    ['1'] = 2,
    ['2'] = 3,
    ['3'] = 4,
    ['4'] = 5,
    ['5'] = 6,
    ['6'] = 7,
    ['7'] = 8,
    ['8'] = 9,
    ['9'] = 10,
    ['a'] = 11,
    ['b'] = 12,
    ['c'] = 13,
    ['d'] = 14,
    ['e'] = 15,
    ['f'] = 16,
};

int hex_digit(char c)
{
    return values[(unsigned char)c] - 1;
}

bool hex_decode(const char *digits, size_t n, uint8_t *out)
{
    for (size_t i = 0; i + 1 < n; i += 2) {
        unsigned high = values[(unsigned char)digits[i]];
        unsigned low = values[(unsigned char)digits[i + 1]];

        if (high == 0 || low == 0)
            return false;
        *out++ = (uint8_t)((high - 1) << 4 | (low - 1));
    }
    return n % 2 == 0;
}
