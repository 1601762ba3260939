#ifndef BASE64_H
#define BASE64_H

#include <stddef.h>
#include <stdint.h>

// Characters of n bytes, with the NUL.
#define BASE64_SIZE(n) (((n) + 2) / 3 * 4 + 1)

// Writes n bytes as base64 (RFC 4648, 4), in one line, NUL-terminated: BASE64_SIZE(n) characters.
void base64_encode(const uint8_t *p, size_t n, char *out);

#endif
