// Reads JSON's numbers with integers only: there is no floating point on the chip.
#include "firmware/port/lx106/board/number.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define DIGITS_MAX (UINT64_MAX / 32) // so that one more digit fits
#define EXPONENT_MAX 400             // of ten, beyond those of a double whatever the digits are
#define FRACTION_BITS 52
#define BIAS 1023
#define INFINITE 2047

// A number's digits, and how often to multiply them by ten.
static const char *read_digits(const char *s, uint64_t *digits, int *tens)
{
    bool is_fraction = false;

    for (;; s++) {
        if (*s == '.' && !is_fraction) {
            is_fraction = true;
        } else if (*s < '0' || *s > '9') {
            return s;
        } else if (*digits < DIGITS_MAX) {
            *digits = *digits * 10 + (uint64_t)(*s - '0');
            *tens -= is_fraction;
        } else {
            *tens += !is_fraction;
        }
    }
}

static const char *read_exponent(const char *s, int *tens)
{
    const char *p = s;
    bool is_negative;
    int value = 0;

    if (*p != 'e' && *p != 'E')
        return s;
    is_negative = *++p == '-';
    p += *p == '-' || *p == '+';
    if (*p < '0' || *p > '9')
        return s;
    for (; *p >= '0' && *p <= '9'; p++) {
        if (value < 2 * EXPONENT_MAX)
            value = value * 10 + (*p - '0');
    }
    *tens += is_negative ? -value : value;
    return p;
}

// digits * 10^tens as a fraction whose highest bit is set; returns the power of two that it is
// multiplied by.
static int scale(uint64_t *digits, int tens)
{
    uint64_t m = *digits;
    int twos = -__builtin_clzll(m);

    m <<= -twos;
    for (; tens > 0; tens--) { // 10 = 16 * 0.625
        m = (m >> 1) + (m >> 3);
        twos += 4;
        if (m >> 63 == 0) {
            m <<= 1;
            twos--;
        }
    }
    for (int shift; tens < 0; tens++) {
        m /= 10;
        shift = __builtin_clzll(m);
        m <<= shift;
        twos -= shift;
    }
    *digits = m;
    return twos;
}

static uint64_t to_bits(uint64_t digits, int tens)
{
    if (digits == 0 || tens < -EXPONENT_MAX)
        return 0;
    if (tens > EXPONENT_MAX)
        return (uint64_t)INFINITE << FRACTION_BITS;

    int exponent = scale(&digits, tens) + 63 + BIAS;

    digits = (digits >> (63 - FRACTION_BITS - 1)) + 1; // the highest bit is that of the one
    digits >>= 1;
    if (exponent <= 0)
        return 0;
    if (exponent >= INFINITE)
        return (uint64_t)INFINITE << FRACTION_BITS;
    // Adds the one to the exponent, and what rounding carried over.
    return ((uint64_t)(exponent - 1) << FRACTION_BITS) + digits;
}

double strtod(const char *s, char **end)
{
    uint64_t digits = 0;
    uint64_t bits;
    int tens = 0;
    const char *p = s + (*s == '-' || *s == '+');
    double value;

    if (*p < '0' || *p > '9')
        p = s;
    else
        p = read_exponent(read_digits(p, &digits, &tens), &tens);
    bits = to_bits(digits, tens) | (uint64_t)(*s == '-') << 63;
    memcpy(&value, &bits, sizeof value);
    if (end != NULL)
        *end = (char *)(uintptr_t)p;
    return value;
}
