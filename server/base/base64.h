#ifndef BASE64_H
#define BASE64_H

#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"

// Characters of n bytes, with the NUL.
#define BASE64_SIZE(n) (((n) + 2) / 3 * 4 + 1)

// Writes n bytes as base64 (RFC 4648, 4), in one line, NUL-terminated: BASE64_SIZE(n) characters.
void base64_encode(const uint8_t *p, size_t n, char *out);

// Reads it: padded, nothing between the characters, no bit left over (3.5). ERR_INVALID, or
// ERR_TOO_LARGE for more than max bytes: out is wiped then.
ERR_CHECKED int base64_decode(const char *text, uint8_t *out, size_t max, size_t *n);

#endif
