#ifndef COMMON_CRC32_H
#define COMMON_CRC32_H

#include <stddef.h>
#include <stdint.h>

// CRC-32 of ISO 3309 (polynomial 0xEDB88320, as zlib's). Start with crc = 0 and pass the result on
// to continue over further bytes. Finds torn writes; proves nothing against an attacker.
uint32_t crc32_update(uint32_t crc, const uint8_t *p, size_t n);

#endif
