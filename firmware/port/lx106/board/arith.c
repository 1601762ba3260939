// Integer division and long multiplication, as the chip's mask ROM has them.
#include "firmware/port/lx106/board/arith.h"

uint32_t __udivsi3(uint32_t n, uint32_t d)
{
    uint32_t quotient = 0;
    int shift;

    if (d == 0)
        return UINT32_MAX;
    if (n < d)
        return 0;
    shift = __builtin_clz(d) - __builtin_clz(n);
    for (d <<= shift; shift >= 0; shift--, d >>= 1) {
        if (n >= d) {
            n -= d;
            quotient |= 1u << shift;
        }
    }
    return quotient;
}

uint32_t __umodsi3(uint32_t n, uint32_t d)
{
    return n - __udivsi3(n, d) * d;
}

int32_t __divsi3(int32_t n, int32_t d)
{
    uint32_t a = n < 0 ? 0u - (uint32_t)n : (uint32_t)n;
    uint32_t b = d < 0 ? 0u - (uint32_t)d : (uint32_t)d;
    uint32_t quotient = __udivsi3(a, b);

    return (int32_t)((n < 0) != (d < 0) ? 0u - quotient : quotient);
}

int32_t __modsi3(int32_t n, int32_t d)
{
    return n - __divsi3(n, d) * d;
}

uint64_t __udivmoddi4(uint64_t n, uint64_t d, uint64_t *rest)
{
    uint64_t quotient = 0;

    if (n >> 32 == 0 && d >> 32 == 0) {
        quotient = __udivsi3((uint32_t)n, (uint32_t)d);
        n -= (uint64_t)((uint32_t)quotient * (uint32_t)d);
    } else if (d != 0 && n >= d) {
        int shift = __builtin_clzll(d) - __builtin_clzll(n);

        for (d <<= shift; shift >= 0; shift--, d >>= 1) {
            if (n >= d) {
                n -= d;
                quotient |= (uint64_t)1 << shift;
            }
        }
    }
    if (rest != NULL)
        *rest = n;
    return quotient;
}

uint64_t __udivdi3(uint64_t n, uint64_t d)
{
    return __udivmoddi4(n, d, NULL);
}

uint64_t __umoddi3(uint64_t n, uint64_t d)
{
    uint64_t rest;

    (void)__udivmoddi4(n, d, &rest);
    return rest;
}

int64_t __divdi3(int64_t n, int64_t d)
{
    uint64_t a = n < 0 ? 0u - (uint64_t)n : (uint64_t)n;
    uint64_t b = d < 0 ? 0u - (uint64_t)d : (uint64_t)d;
    uint64_t quotient = __udivmoddi4(a, b, NULL);

    return (int64_t)((n < 0) != (d < 0) ? 0u - quotient : quotient);
}

int64_t __moddi3(int64_t n, int64_t d)
{
    return n - __divdi3(n, d) * d;
}

int64_t __muldi3(int64_t a, int64_t b)
{
    uint32_t a_low = (uint32_t)a;
    uint32_t b_low = (uint32_t)b;
    uint32_t cross = a_low * (uint32_t)((uint64_t)b >> 32) + (uint32_t)((uint64_t)a >> 32) * b_low;

    return (int64_t)(__umulsidi3(a_low, b_low) + ((uint64_t)cross << 32));
}

int32_t __fixdfsi(double value)
{
    return (int32_t)(int64_t)value;
}
