#ifndef BASE_HEX_H
#define BASE_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Writes n bytes as 2 n lower-case hex digits and a NUL to out.
void hex_encode(const uint8_t *p, size_t n, char *out);

// Writes the bytes of n lower-case hex digits to out. False if they are none, or not of whole
// bytes; then out holds anything.
bool hex_decode(const char *digits, size_t n, uint8_t *out);

// The value of a digit, lower case; -1 if it is none.
int hex_digit(char c);

#endif
