// MACs as integer keys.
#include "server/store/mac_key.h"

static const char digits[] = "0123456789abcdef";

// Of a character the value plus 1; 0: it is no digit. Each message asks for some.
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

bool mac_key_from_text(const char *s, int64_t *out)
{
    int64_t key = 0;

    for (int i = 0; i < MAC_LENGTH; i++) {
        uint8_t value = values[(unsigned char)s[i]];

        if (value == 0)
            return false;
        key = key << 4 | (value - 1);
    }
    if (s[MAC_LENGTH] != '\0')
        return false;
    *out = key;
    return true;
}

void mac_key_to_text(int64_t key, char out[MAC_SIZE])
{
    for (int i = MAC_LENGTH - 1; i >= 0; i--) {
        out[i] = digits[key & 15];
        key >>= 4;
    }
    out[MAC_LENGTH] = '\0';
}
