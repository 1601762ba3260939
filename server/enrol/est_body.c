// Bodies of EST.
#include "server/enrol/est_body.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define SEQUENCE 0x30 // with which each DER begins that comes here

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// The value of a digit of base64 (RFC 4648, 4), -1 if it is none.
static int digit_of(uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

// A text under way.
struct reading {
    uint8_t *out;
    size_t n;
    uint32_t bits; // those that make no byte yet
    unsigned count;
    size_t digits;
    size_t pads;
};

static bool take(struct reading *reading, uint8_t c)
{
    int digit = digit_of(c);

    if (is_space(c))
        return true;
    if (c == '=')
        return ++reading->pads <= 2;
    if (digit < 0 || reading->pads > 0)
        return false;
    reading->digits++;
    reading->bits = reading->bits << 6 | (uint32_t)digit;
    reading->count += 6;
    if (reading->count >= 8) {
        reading->count -= 8;
        reading->out[reading->n++] = (uint8_t)(reading->bits >> reading->count);
        reading->bits &= (1u << reading->count) - 1;
    }
    return true;
}

// False if it is no base64, in which nothing is left over.
static bool decode(const uint8_t *p, size_t n, struct reading *reading)
{
    for (size_t i = 0; i < n; i++) {
        if (!take(reading, p[i]))
            return false;
    }
    return reading->n > 0 && reading->bits == 0 && (reading->digits + reading->pads) % 4 == 0;
}

// As no text is.
static bool is_binary(const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (p[i] >= 0x7f || (p[i] < ' ' && !is_space(p[i])))
            return p[0] == SEQUENCE;
    }
    return false;
}

int est_body_decode(const uint8_t *p, size_t n, uint8_t **der, size_t *size, struct err *err)
{
    struct reading reading = {0};

    if (n == 0)
        return err_set(err, ERR_INVALID, "the body is empty");
    if (n > EST_BODY_MAX)
        return err_set(err, ERR_TOO_LARGE, "body larger than %d bytes", EST_BODY_MAX);
    reading.out = malloc(n);
    if (reading.out == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for a body");
    if (is_binary(p, n)) {
        memcpy(reading.out, p, n);
        reading.n = n;
    } else if (!decode(p, n, &reading)) {
        free(reading.out);
        return err_set(err, ERR_INVALID,
            memchr(p, '-', n) != NULL
                ? "the body is no base64; leave out the lines that begin with '-'"
                : "the body is neither base64 nor DER");
    }
    *der = reading.out;
    *size = reading.n;
    return 0;
}

int est_body_encode(const uint8_t *der, size_t n, char **text, size_t *size)
{
    char *out = malloc((n + 2) / 3 * 4 + 2);
    char *at = out;

    if (out == NULL)
        return ERR_NO_MEMORY;
    for (size_t i = 0; i < n; i += 3) {
        size_t left = n - i;
        uint32_t bits = (uint32_t)der[i] << 16;

        if (left > 1)
            bits |= (uint32_t)der[i + 1] << 8;
        if (left > 2)
            bits |= der[i + 2];
        *at++ = digits[bits >> 18];
        *at++ = digits[bits >> 12 & 63];
        *at++ = left > 1 ? digits[bits >> 6 & 63] : '=';
        *at++ = left > 2 ? digits[bits & 63] : '=';
    }
    *at++ = '\n';
    *at = '\0';
    *text = out;
    *size = (size_t)(at - out);
    return 0;
}
