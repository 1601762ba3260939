#ifndef COMMON_MAC_H
#define COMMON_MAC_H

#include <stdbool.h>
#include <stddef.h>

// A device is its Wi-Fi MAC as 12 lower-case hex digits.
#define MAC_LENGTH 12
#define MAC_SIZE (MAC_LENGTH + 1) // with the terminating NUL

// Whether the n bytes at s are exactly 12 lower-case hex digits.
bool mac_is_valid(const char *s, size_t n);

// Writes the canonical form of a MAC as people type it (12 hex digits of either case, with or
// without ':' or '-' between the pairs) to out. False, and out untouched, if s is none.
bool mac_parse(const char *s, char out[MAC_SIZE]);

// The same of the MAC that s begins with, whatever follows: its length as it is typed, or 0.
size_t mac_parse_begin(const char *s, char out[MAC_SIZE]);

#endif
