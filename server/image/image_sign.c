// Signs images.
#include "server/image/image_sign.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/image_trailer.h"
#include "server/image/image_signature.h"

static bool is_signed_by(const uint8_t *p, size_t n, const struct public_key *key)
{
    size_t index;

    return image_signature_find_signer(p, n, key, 1, &index, NULL) == 0;
}

// Puts the parts behind each other.
static int join(
    const uint8_t *body, size_t n, const uint8_t *signature, size_t signature_size, uint8_t **out)
{
    uint8_t *p = malloc(n + signature_size + IMAGE_TRAILER_LENGTH_SIZE);

    if (p == NULL)
        return ERR_NO_MEMORY;
    memcpy(p, body, n);
    memcpy(p + n, signature, signature_size);
    image_trailer_encode(signature_size, p + n + signature_size);
    *out = p;
    return 0;
}

int image_sign(const uint8_t *body, size_t n, const struct private_key *key, uint8_t **out,
    size_t *size, struct err *err)
{
    uint8_t signature[IMAGE_SIGNATURE_MAX];
    size_t signature_size;
    struct public_key public_half;
    int rc = private_key_public(key, &public_half, err);

    if (rc < 0)
        return rc;
    if (n == 0)
        return err_set(err, ERR_INVALID, "image is empty");
    if (is_signed_by(body, n, &public_half))
        return err_set(err, ERR_CONFLICT, "image is already signed by this key");
    rc = private_key_sign(key, body, n, signature, &signature_size);
    if (rc < 0)
        return err_set(err, rc, "cannot sign the image");
    rc = join(body, n, signature, signature_size, out);
    if (rc < 0)
        return err_set(err, rc, "no memory for the signed image");
    *size = n + signature_size + IMAGE_TRAILER_LENGTH_SIZE;
    return 0;
}
