#ifndef FIRMWARE_ENROL_PEM_H
#define FIRMWARE_ENROL_PEM_H

#include <stddef.h>
#include <stdint.h>

// Bytes of n bytes of DER as PEM with that label, a literal, and of the NUL behind it.
#define PEM_SIZE(label, n)                                                                         \
    (2 * sizeof(label) + 30 + ((size_t)(n) + 2) / 3 * 4 +                                          \
        ((size_t)(n) + PEM_LINE - 1) / PEM_LINE + 1)
#define PEM_LINE 48 // bytes of DER in a line

// Writes n bytes of DER as PEM (RFC 7468, 2), a NUL behind it. Returns its length without that.
// out takes PEM_SIZE() bytes and does not overlap with der.
size_t pem_write(const char *label, const uint8_t *der, size_t n, char *out);

#endif
