// What a signed image says of itself.
#include "server/image/image_inspect.h"

#include <string.h>

#include "common/image_trailer.h"
#include "server/image/image_find.h"
#include "server/image/image_layout.h"

#define PEM_BEGIN "-----BEGIN PUBLIC KEY-----"
#define PEM_END "-----END PUBLIC KEY-----"
#define PEM_BLOCK_MAX 2048 // RSA-4096 takes 800

static int take_descriptor_keys(
    const struct image_descriptor *descriptor, struct image_facts *facts, struct err *err)
{
    for (size_t i = 0; i < descriptor->key_count; i++) {
        int rc = public_key_from_der(
            descriptor->keys[i].der, descriptor->keys[i].size_bytes, &facts->embeds[i], err);

        if (rc < 0)
            return err_context(err, "key %zu of the image descriptor", i + 1);
    }
    facts->embeds_count = descriptor->key_count;
    facts->embeds_from = IMAGE_EMBEDS_DESCRIPTOR;
    facts->has_name = true;
    facts->name = descriptor->name;
    return 0;
}

// The size of the PEM block that starts at p, or 0 if it does not end.
static size_t pem_block_size(const uint8_t *p, size_t n)
{
    size_t room = n < PEM_BLOCK_MAX ? n : PEM_BLOCK_MAX;
    const uint8_t *end = memmem(p, room, PEM_END, strlen(PEM_END));

    return end == NULL ? 0 : (size_t)(end - p) + strlen(PEM_END);
}

// Keeps the PEM public key that the body holds, however often it holds it. Text that only looks
// like a key is none.
static void take_pem_key(const uint8_t *p, size_t n, struct image_facts *facts)
{
    const uint8_t *end = p + n;
    struct public_key key;

    while ((p = memmem(p, (size_t)(end - p), PEM_BEGIN, strlen(PEM_BEGIN))) != NULL) {
        size_t size = pem_block_size(p, (size_t)(end - p));

        if (size > 0 && public_key_from_pem(p, size, &key, NULL) == 0) {
            if (facts->embeds_count == 1 && strcmp(facts->embeds[0].id, key.id) != 0) {
                facts->embeds_count = 0;
                facts->embeds_from = IMAGE_EMBEDS_UNKNOWN;
                return;
            }
            facts->embeds[0] = key;
            facts->embeds_count = 1;
            facts->embeds_from = IMAGE_EMBEDS_PEM;
        }
        p += strlen(PEM_BEGIN);
    }
}

int image_inspect(const uint8_t *p, size_t n, struct image_facts *out, struct err *err)
{
    struct image_trailer trailer;
    struct image_descriptor descriptor;
    struct image_facts facts = {.size_bytes = n};
    int rc = image_find_trailer(p, n, &trailer, err);

    if (rc < 0)
        return rc;
    facts.body_size = trailer.body_size;
    facts.layout = image_layout_of(p, trailer.body_size);

    int descriptors = image_descriptor_scan(p, trailer.body_size, &descriptor);

    if (descriptors > 1)
        return err_set(err, ERR_INVALID, "image holds more than one image descriptor");
    if (descriptors == 1) {
        rc = take_descriptor_keys(&descriptor, &facts, err);
        if (rc < 0)
            return rc;
    } else {
        take_pem_key(p, trailer.body_size, &facts);
    }
    digest_sha256(p, n, facts.sha256);
    digest_md5(p, n, facts.md5);
    *out = facts;
    return 0;
}
