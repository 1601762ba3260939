// MACs as integer keys.
#include "server/store/mac_key.h"

#include "server/base/hex.h"

static const char digits[] = "0123456789abcdef";

bool mac_key_from_text(const char *s, int64_t *out)
{
    int64_t key = 0;

    for (int i = 0; i < MAC_LENGTH; i++) {
        int value = hex_digit(s[i]);

        if (value < 0)
            return false;
        key = key << 4 | value;
    }
    if (s[MAC_LENGTH] != '\0')
        return false;
    *out = key;
    return true;
}

int mac_key_read(const char *s, int64_t *out, struct err *err)
{
    return mac_key_from_text(s, out) ? 0 : err_set(err, ERR_INVALID, "no MAC: %s", s);
}

void mac_key_to_text(int64_t key, char out[MAC_SIZE])
{
    for (int i = MAC_LENGTH - 1; i >= 0; i--) {
        out[i] = digits[key & 15];
        key >>= 4;
    }
    out[MAC_LENGTH] = '\0';
}
