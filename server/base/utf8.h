#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The length of the well-formed UTF-8 sequence at p (RFC 3629, 4), of which n bytes are there; 0 if
// there is none: overlong forms, surrogates and code points above U+10FFFF are none.
size_t utf8_sequence_length(const uint8_t *p, size_t n);

// How many bytes of a text, at most max, are whole characters; a byte that is none counts as one.
size_t utf8_fit(const char *s, size_t max);

// Whether a text is well-formed from its beginning to its end.
bool utf8_is_valid(const char *s);

#endif
