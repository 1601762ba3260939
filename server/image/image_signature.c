// Who signed an image.
#include "server/image/image_signature.h"

int image_signature_find_trailer(
    const uint8_t *p, size_t n, struct image_trailer *out, struct err *err)
{
    if (n <= IMAGE_TRAILER_LENGTH_SIZE)
        return err_set(err, ERR_INVALID, "image of %zu bytes is too short to be signed", n);
    if (!image_trailer_decode(p + n - IMAGE_TRAILER_LENGTH_SIZE, n, out))
        return err_set(
            err, ERR_INVALID, "image does not end in a signature and its length; sign it first");
    return 0;
}

int image_signature_find_signer(const uint8_t *p, size_t n, const struct public_key *keys,
    size_t count, size_t *index, struct err *err)
{
    struct image_trailer trailer;
    int rc = image_signature_find_trailer(p, n, &trailer, err);

    if (rc < 0)
        return rc;
    for (size_t i = 0; i < count; i++) {
        if (public_key_verify(&keys[i], p, trailer.body_size, p + trailer.body_size,
                trailer.signature_size) == 0) {
            *index = i;
            return 0;
        }
    }
    return err_set(
        err, ERR_DENIED, "none of the %zu known keys verifies the image's signature", count);
}
