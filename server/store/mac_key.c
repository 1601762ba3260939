// MACs as integer keys.
#include "server/store/mac_key.h"

#include <string.h>

static const char digits[] = "0123456789abcdef";

bool mac_key_from_text(const char *s, int64_t *out)
{
    int64_t key = 0;

    if (!mac_is_valid(s, strnlen(s, MAC_SIZE)))
        return false;
    for (int i = 0; i < MAC_LENGTH; i++)
        key = key << 4 | (s[i] <= '9' ? s[i] - '0' : s[i] - 'a' + 10);
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
