// The end of a signed image.
#include "common/image_trailer.h"

bool image_trailer_decode(
    const uint8_t length[IMAGE_TRAILER_LENGTH_SIZE], size_t image_size, struct image_trailer *out)
{
    uint32_t signature_size = (uint32_t)length[0] | (uint32_t)length[1] << 8 |
                              (uint32_t)length[2] << 16 | (uint32_t)length[3] << 24;

    if (signature_size < IMAGE_SIGNATURE_MIN || signature_size > IMAGE_SIGNATURE_MAX)
        return false;
    if (image_size <= signature_size + IMAGE_TRAILER_LENGTH_SIZE)
        return false;
    out->signature_size = signature_size;
    out->body_size = image_size - signature_size - IMAGE_TRAILER_LENGTH_SIZE;
    return true;
}

void image_trailer_encode(size_t signature_size, uint8_t length[IMAGE_TRAILER_LENGTH_SIZE])
{
    for (int i = 0; i < IMAGE_TRAILER_LENGTH_SIZE; i++)
        length[i] = (uint8_t)(signature_size >> (8 * i));
}
