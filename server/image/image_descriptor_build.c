// Makes image descriptors.
#include "server/image/image_descriptor_build.h"

#include <stdlib.h>
#include <string.h>

int image_descriptor_build(const char *name, const struct public_key *keys, size_t count,
    struct image_descriptor_build_block *out, struct err *err)
{
    struct image_descriptor descriptor = {.key_count = count};

    if (!image_name_parse(name, strlen(name), &descriptor.name))
        return err_set(err, ERR_INVALID,
            "\"%s\" is not an image name: <BOARD>-<VERSION>, at most %d characters", name,
            IMAGE_NAME_MAX);
    if (count == 0 || count > IMAGE_DESCRIPTOR_KEYS_MAX)
        return err_set(err, ERR_INVALID, "an image trusts 1 to %d keys, not %zu",
            IMAGE_DESCRIPTOR_KEYS_MAX, count);
    for (size_t i = 0; i < count; i++) {
        descriptor.keys[i].der = keys[i].der;
        descriptor.keys[i].size_bytes = keys[i].size_bytes;
    }
    out->size_bytes = image_descriptor_encode(&descriptor, out->bytes);
    return out->size_bytes > 0 ? 0 : err_set(err, ERR_INVALID, "descriptor cannot be encoded");
}

int image_descriptor_build_append(const uint8_t *body, size_t n,
    const struct image_descriptor_build_block *block, uint8_t **out, size_t *size)
{
    struct image_descriptor other;
    size_t padded = (n + IMAGE_DESCRIPTOR_ALIGNMENT - 1) / IMAGE_DESCRIPTOR_ALIGNMENT *
                    IMAGE_DESCRIPTOR_ALIGNMENT;

    if (image_descriptor_scan(body, n, &other) > 0)
        return ERR_CONFLICT;

    uint8_t *p = calloc(1, padded + block->size_bytes);

    if (p == NULL)
        return ERR_NO_MEMORY;
    memcpy(p, body, n);
    memcpy(p + padded, block->bytes, block->size_bytes);
    *out = p;
    *size = padded + block->size_bytes;
    return 0;
}

size_t image_descriptor_build_strip(const uint8_t *body, size_t n)
{
    struct image_descriptor descriptor;
    uint8_t encoded[IMAGE_DESCRIPTOR_MAX];

    for (size_t at = image_descriptor_find(body, n, 0); at < n;
         at = image_descriptor_find(body, n, at + IMAGE_DESCRIPTOR_ALIGNMENT)) {
        if (image_descriptor_decode(body + at, n - at, &descriptor) &&
            at + image_descriptor_encode(&descriptor, encoded) == n)
            return at;
    }
    return 0;
}
