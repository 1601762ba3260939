#ifndef MODEL_SERIAL_H
#define MODEL_SERIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A certificate's serial number as text: lower-case hex digits of its bytes without leading zero
// bytes, "00" for zero.
#define SERIAL_BYTES_MAX 20                    // RFC 5280, 4.1.2.2
#define SERIAL_SIZE (2 * SERIAL_BYTES_MAX + 1) // with the terminating NUL

// Writes the text of a number of n bytes, the highest first. False, and out untouched, if it takes
// more than SERIAL_BYTES_MAX.
bool serial_format(const uint8_t *p, size_t n, char out[SERIAL_SIZE]);

// The same of a serial as people give it: hex digits of either case, with or without ':' between
// the pairs, with or without the "serial=", "0x" or leading zeros that OpenSSL prints. False, and
// out untouched, if it is none.
bool serial_parse(const char *text, char out[SERIAL_SIZE]);

// Whether it is such a text.
bool serial_is_canonical(const char *text);

#endif
