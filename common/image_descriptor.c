// The image descriptor: what an image is and whom it trusts.
#include "common/image_descriptor.h"

#include <string.h>

#include "common/crc32.h"

#define FORMAT 1
#define CRC_SIZE 4

// Kept inverted, so that the magic itself stands only where a descriptor does and not in this code.
static const uint8_t inverted_magic[IMAGE_DESCRIPTOR_MAGIC_SIZE] = {
    0x8c,
    0x9a,
    0x9c,
    0x8a,
    0x8d,
    0x9a,
    0x9a,
    0x8c,
    0x8f,
    0xd2,
    0x96,
    0x92,
    0x98,
    0xe5,
    0xf2,
    0xf5,
}; // "secureesp-img" 1A 0D 0A

static bool is_magic(const uint8_t *p)
{
    for (size_t i = 0; i < IMAGE_DESCRIPTOR_MAGIC_SIZE; i++) {
        if (p[i] + inverted_magic[i] != 0xff)
            return false;
    }
    return true;
}

static size_t read_u16(const uint8_t *p)
{
    return (size_t)p[0] | (size_t)p[1] << 8;
}

static uint8_t *write_u16(uint8_t *p, size_t value)
{
    p[0] = (uint8_t)value;
    p[1] = (uint8_t)(value >> 8);
    return p + 2;
}

static uint32_t read_u32(const uint8_t *p)
{
    return (uint32_t)read_u16(p) | (uint32_t)read_u16(p + 2) << 16;
}

size_t image_descriptor_find(const uint8_t *p, size_t n, size_t from)
{
    size_t i = (from + IMAGE_DESCRIPTOR_ALIGNMENT - 1) / IMAGE_DESCRIPTOR_ALIGNMENT *
               IMAGE_DESCRIPTOR_ALIGNMENT;

    for (; i + IMAGE_DESCRIPTOR_MAGIC_SIZE <= n; i += IMAGE_DESCRIPTOR_ALIGNMENT) {
        if (is_magic(p + i))
            return i;
    }
    return n;
}

// The name, and behind it nothing but NULs: one image has one spelling.
static bool decode_name(const uint8_t field[IMAGE_NAME_SIZE], struct image_name *out)
{
    const char *name = (const char *)field;
    size_t n = strnlen(name, IMAGE_NAME_SIZE);

    for (size_t i = n; i < IMAGE_NAME_SIZE; i++) {
        if (name[i] != '\0')
            return false;
    }
    return image_name_parse(name, n, out);
}

static bool decode_keys(const uint8_t *p, size_t n, struct image_descriptor *descriptor)
{
    for (size_t i = 0; i < descriptor->key_count; i++) {
        if (n < 2)
            return false;

        size_t size = read_u16(p);

        if (size == 0 || size > IMAGE_DESCRIPTOR_KEY_MAX || size > n - 2)
            return false;
        descriptor->keys[i].der = p + 2;
        descriptor->keys[i].size_bytes = size;
        p += 2 + size;
        n -= 2 + size;
    }
    return n == 0;
}

bool image_descriptor_decode(const uint8_t *p, size_t n, struct image_descriptor *out)
{
    struct image_descriptor descriptor = {0};
    const uint8_t *fields = p + IMAGE_DESCRIPTOR_MAGIC_SIZE;

    if (n < IMAGE_DESCRIPTOR_HEADER_SIZE + CRC_SIZE || !is_magic(p) || fields[0] != FORMAT)
        return false;

    size_t size = read_u16(fields + 2);

    if (size < IMAGE_DESCRIPTOR_HEADER_SIZE + CRC_SIZE || size > n || size > IMAGE_DESCRIPTOR_MAX)
        return false;
    if (crc32_update(0, p, size - CRC_SIZE) != read_u32(p + size - CRC_SIZE))
        return false;

    if (!decode_name(fields + 4, &descriptor.name))
        return false;
    descriptor.key_count = fields[1];
    if (descriptor.key_count == 0 || descriptor.key_count > IMAGE_DESCRIPTOR_KEYS_MAX)
        return false;
    if (!decode_keys(p + IMAGE_DESCRIPTOR_HEADER_SIZE,
            size - IMAGE_DESCRIPTOR_HEADER_SIZE - CRC_SIZE, &descriptor))
        return false;
    *out = descriptor;
    return true;
}

int image_descriptor_scan(const uint8_t *p, size_t n, struct image_descriptor *out)
{
    int found = 0;
    struct image_descriptor other;

    size_t i = image_descriptor_find(p, n, 0);

    while (i < n && found < 2) {
        if (image_descriptor_decode(p + i, n - i, found == 0 ? out : &other))
            found++;
        i = image_descriptor_find(p, n, i + IMAGE_DESCRIPTOR_ALIGNMENT);
    }
    return found;
}

size_t image_descriptor_encode(
    const struct image_descriptor *descriptor, uint8_t out[IMAGE_DESCRIPTOR_MAX])
{
    uint8_t *p = out + IMAGE_DESCRIPTOR_HEADER_SIZE;
    struct image_name name;

    if (!image_name_parse(descriptor->name.text, strlen(descriptor->name.text), &name))
        return 0;
    if (descriptor->key_count == 0 || descriptor->key_count > IMAGE_DESCRIPTOR_KEYS_MAX)
        return 0;
    memset(out, 0, IMAGE_DESCRIPTOR_HEADER_SIZE);
    for (size_t i = 0; i < IMAGE_DESCRIPTOR_MAGIC_SIZE; i++)
        out[i] = inverted_magic[i] ^ 0xff;
    out[IMAGE_DESCRIPTOR_MAGIC_SIZE] = FORMAT;
    out[IMAGE_DESCRIPTOR_MAGIC_SIZE + 1] = (uint8_t)descriptor->key_count;
    memcpy(out + IMAGE_DESCRIPTOR_MAGIC_SIZE + 4, name.text, strlen(name.text));
    for (size_t i = 0; i < descriptor->key_count; i++) {
        size_t size = descriptor->keys[i].size_bytes;

        if (size == 0 || size > IMAGE_DESCRIPTOR_KEY_MAX)
            return 0;
        p = write_u16(p, size);
        memcpy(p, descriptor->keys[i].der, size);
        p += size;
    }
    write_u16(out + IMAGE_DESCRIPTOR_MAGIC_SIZE + 2, (size_t)(p - out) + CRC_SIZE);

    uint32_t crc = crc32_update(0, out, (size_t)(p - out));

    p = write_u16(p, crc & 0xffff);
    p = write_u16(p, crc >> 16);
    return (size_t)(p - out);
}
