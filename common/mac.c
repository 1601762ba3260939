// MAC addresses as device names.
#include "common/mac.h"

static bool is_lower_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

bool mac_is_valid(const char *s, size_t n)
{
    if (n != MAC_LENGTH)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!is_lower_hex(s[i]))
            return false;
    }
    return true;
}

size_t mac_parse_begin(const char *s, char out[MAC_SIZE])
{
    const char *start = s;
    char mac[MAC_SIZE];
    char separator = s[0] != '\0' && s[1] != '\0' && (s[2] == ':' || s[2] == '-') ? s[2] : '\0';
    size_t n = 0;

    while (n < MAC_LENGTH) {
        char c = *s;

        if (separator != '\0' && n > 0 && n % 2 == 0) {
            if (c != separator)
                return 0;
            c = *++s;
        }
        if (c >= 'A' && c <= 'F')
            c = (char)(c - 'A' + 'a');
        if (!is_lower_hex(c))
            return 0;
        mac[n++] = c;
        s++;
    }
    mac[MAC_LENGTH] = '\0';
    for (size_t i = 0; i < MAC_SIZE; i++)
        out[i] = mac[i];
    return (size_t)(s - start);
}

bool mac_parse(const char *s, char out[MAC_SIZE])
{
    char mac[MAC_SIZE];
    size_t n = mac_parse_begin(s, mac);

    if (n == 0 || s[n] != '\0')
        return false;
    for (size_t i = 0; i < MAC_SIZE; i++)
        out[i] = mac[i];
    return true;
}
