#ifndef BASE_HEX_H
#define BASE_HEX_H

#include <stddef.h>
#include <stdint.h>

// Writes n bytes as 2 n lower-case hex digits and a NUL to out.
void hex_encode(const uint8_t *p, size_t n, char *out);

#endif
