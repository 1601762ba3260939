// Numbers of 64 bits in decimal digits.
#include "common/decimal.h"

#include <string.h>

size_t decimal_format(char *out, size_t size, int64_t value)
{
    char digits[DECIMAL_SIZE];
    char *first = digits + sizeof digits - 1;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

    *first = '\0';
    do {
        *--first = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0)
        *--first = '-';

    size_t n = (size_t)(digits + sizeof digits - first);

    if (n > size)
        return 0;
    memcpy(out, first, n);
    return n - 1;
}
