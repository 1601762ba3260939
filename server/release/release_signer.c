// Which known key signed an image.
#include "server/release/release_signer.h"

#include <string.h>

#include "server/image/image_signature.h"
#include "server/pki/public_key.h"

static bool verifies(const struct image_key *known, const uint8_t *p, size_t n)
{
    struct public_key key;
    size_t index;

    return public_key_from_der(known->der, known->der_size, &key, NULL) == 0 &&
           image_signature_find_signer(p, n, &key, 1, &index, NULL) == 0;
}

bool release_signer_find(const struct release_catalogue *catalogue, const uint8_t *p, size_t n,
    char out[IMAGE_KEY_ID_SIZE])
{
    for (size_t i = 0; i < catalogue->key_count; i++) {
        if (verifies(&catalogue->keys[i], p, n)) {
            memcpy(out, catalogue->keys[i].id, IMAGE_KEY_ID_SIZE);
            return true;
        }
    }
    return false;
}

bool release_signer_verifies(
    const struct release_catalogue *catalogue, const char *key_id, const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < catalogue->key_count; i++) {
        if (strcmp(catalogue->keys[i].id, key_id) == 0)
            return verifies(&catalogue->keys[i], p, n);
    }
    return false;
}
