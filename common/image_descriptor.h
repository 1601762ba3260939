#ifndef COMMON_IMAGE_DESCRIPTOR_H
#define COMMON_IMAGE_DESCRIPTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/image_name.h"

// The block in an image's body by which it says what it is and whom it trusts. It starts at a
// multiple of four bytes from the image's start; numbers are little-endian:
//
//   magic[16]  format:u8=1  key_count:u8  size:u16  name[64], NUL-padded
//   key_count times { length:u16, SubjectPublicKeyInfo in DER (RFC 5280, 4.1) }
//   crc32:u32 over all before it
//
// size counts all of it. The keys are those that the image's successor may be signed with.
#define IMAGE_DESCRIPTOR_MAGIC_SIZE 16
#define IMAGE_DESCRIPTOR_ALIGNMENT 4
#define IMAGE_DESCRIPTOR_KEYS_MAX 4
#define IMAGE_DESCRIPTOR_KEY_MAX 600 // RSA-4096 takes 550
#define IMAGE_DESCRIPTOR_HEADER_SIZE (IMAGE_DESCRIPTOR_MAGIC_SIZE + 4 + IMAGE_NAME_SIZE)
#define IMAGE_DESCRIPTOR_MAX                                                                       \
    (IMAGE_DESCRIPTOR_HEADER_SIZE + IMAGE_DESCRIPTOR_KEYS_MAX * (2 + IMAGE_DESCRIPTOR_KEY_MAX) + 4)

struct image_descriptor_key {
    const uint8_t *der; // points into the bytes that were decoded or are to be encoded
    size_t size_bytes;
};

struct image_descriptor {
    struct image_name name;
    size_t key_count; // 1 to IMAGE_DESCRIPTOR_KEYS_MAX
    struct image_descriptor_key keys[IMAGE_DESCRIPTOR_KEYS_MAX];
};

// Where, at or after offset from, the magic stands in the n bytes at p (which start at a multiple
// of four in the image). Returns the offset, or n if it does not. What it finds is only a
// candidate: decode it, and go on behind it if that fails.
size_t image_descriptor_find(const uint8_t *p, size_t n, size_t from);

// Reads the descriptor that starts at p. False, and *out untouched, unless magic, format, bounds,
// name and CRC are all good. *out refers to p.
bool image_descriptor_decode(const uint8_t *p, size_t n, struct image_descriptor *out);

// Finds the one descriptor in a whole image body. Returns how many good ones there are, at most 2:
// an image with two is ambiguous and must be refused. *out is the first.
int image_descriptor_scan(const uint8_t *p, size_t n, struct image_descriptor *out);

// Writes a descriptor. Returns its size, or 0 if the name or a key is out of bounds.
size_t image_descriptor_encode(
    const struct image_descriptor *descriptor, uint8_t out[IMAGE_DESCRIPTOR_MAX]);

#endif
