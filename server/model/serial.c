// Serial numbers of certificates as text.
#include "server/model/serial.h"

#include <string.h>
#include <strings.h>

#include "server/base/hex.h"

#define DIGITS "0123456789abcdefABCDEF"

bool serial_format(const uint8_t *p, size_t n, char out[SERIAL_SIZE])
{
    static const uint8_t zero = 0;

    while (n > 0 && p[0] == 0) {
        p++;
        n--;
    }
    if (n > SERIAL_BYTES_MAX)
        return false;
    hex_encode(n > 0 ? p : &zero, n > 0 ? n : 1, out);
    return true;
}

static uint8_t value_of(char digit)
{
    if (digit >= '0' && digit <= '9')
        return (uint8_t)(digit - '0');
    return (uint8_t)((digit | 0x20) - 'a' + 10);
}

// Without colons the digits may be of an odd number, as in "0x123".
static size_t digits_of_next(const char *text, bool is_first, bool has_colons)
{
    return is_first && !has_colons && strlen(text) % 2 == 1 ? 1 : 2;
}

bool serial_parse(const char *text, char out[SERIAL_SIZE])
{
    uint8_t bytes[SERIAL_BYTES_MAX];
    size_t n = 0;
    bool has_colons = strchr(text, ':') != NULL;
    bool is_first = true;

    if (strncasecmp(text, "serial=", 7) == 0)
        text += 7;
    if (strncasecmp(text, "0x", 2) == 0)
        text += 2;
    while (is_first || *text != '\0') {
        if (!is_first && has_colons && *text++ != ':')
            return false;

        size_t digits = digits_of_next(text, is_first, has_colons);
        uint8_t byte = 0;

        is_first = false;
        if (strspn(text, DIGITS) < digits)
            return false;
        for (; digits > 0; digits--)
            byte = (uint8_t)(byte << 4 | value_of(*text++));
        if (n == 0 && byte == 0)
            continue;
        if (n == SERIAL_BYTES_MAX)
            return false;
        bytes[n++] = byte;
    }
    return serial_format(bytes, n, out);
}

bool serial_is_canonical(const char *text)
{
    char canonical[SERIAL_SIZE];

    return serial_parse(text, canonical) && strcmp(canonical, text) == 0;
}
