#ifndef IMAGE_FACTS_H
#define IMAGE_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/image_descriptor.h"
#include "server/base/err.h"
#include "server/model/image.h"
#include "server/pki/public_key.h"

// From where it is known which keys an image's successor may be signed with.
enum image_embeds_from {
    IMAGE_EMBEDS_UNKNOWN,
    IMAGE_EMBEDS_DESCRIPTOR,
    IMAGE_EMBEDS_PEM, // the one PEM public key in a sketch
    IMAGE_EMBEDS_OPERATOR,
};

struct image_facts {
    size_t size_bytes;
    size_t body_size;
    enum image_layout layout;
    char sha256[DIGEST_SHA256_TEXT_SIZE]; // of the whole image
    char md5[DIGEST_MD5_TEXT_SIZE];
    bool has_name; // only a descriptor tells it
    struct image_name name;
    enum image_embeds_from embeds_from;
    size_t embeds_count;
    struct public_key embeds[IMAGE_DESCRIPTOR_KEYS_MAX];
};

// Reads what a signed image says of itself; verifies nothing. ERR_INVALID with the reason if the
// trailer is bad, there are two descriptors, or a key in it is unusable. Several different PEM keys
// leave embeds_from unknown: which of them verifies is not for us to guess.
ERR_CHECKED int image_facts_read(
    const uint8_t *p, size_t n, struct image_facts *out, struct err *err);

// What the operator adds where the image itself is silent. A key in PEM: ERR_CONFLICT if the image
// says itself which keys it embeds. A name, or NULL: ERR_CONFLICT if the image says another one,
// and as image_name_check() says, to which literal belongs. ERR_INVALID if the text is no key or
// name, if there are too many keys, or if neither image nor operator say a name.
ERR_CHECKED int image_facts_take_key(struct image_facts *facts, const char *pem, struct err *err);
ERR_CHECKED int image_facts_take_name(
    struct image_facts *facts, const char *name, bool literal, struct err *err);

// The facts as a record for the catalogue, without a signer.
void image_facts_to_image(const struct image_facts *facts, int64_t added_at_ms, struct image *out);

#endif
