#ifndef COMMON_DECIMAL_H
#define COMMON_DECIMAL_H

#include <stddef.h>
#include <stdint.h>

#define DECIMAL_SIZE 21 // any number with its NUL

// Writes value in decimal digits and a NUL. Returns the length, or 0, and leaves out untouched, if
// that does not fit size bytes. For the chip, whose C library prints no more than 32 bits (newlib's
// nano formats).
size_t decimal_format(char *out, size_t size, int64_t value);

#endif
