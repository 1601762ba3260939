// The last four bytes of an image; the input's other bytes are the image's size.
#include <string.h>

#include "common/image_trailer.h"
#include "test/fuzz/fuzz.h"

static void check(const uint8_t length[IMAGE_TRAILER_LENGTH_SIZE], size_t image_size)
{
    struct image_trailer trailer;
    uint8_t again[IMAGE_TRAILER_LENGTH_SIZE];

    fuzz_fill(&trailer, sizeof trailer);
    if (!image_trailer_decode(length, image_size, &trailer)) {
        FUZZ_CHECK(fuzz_is_untouched(&trailer, sizeof trailer));
        return;
    }
    FUZZ_CHECK(trailer.signature_size >= IMAGE_SIGNATURE_MIN);
    FUZZ_CHECK(trailer.signature_size <= IMAGE_SIGNATURE_MAX);
    FUZZ_CHECK(trailer.body_size > 0);
    FUZZ_CHECK(
        trailer.body_size + trailer.signature_size + IMAGE_TRAILER_LENGTH_SIZE == image_size);
    image_trailer_encode(trailer.signature_size, again);
    FUZZ_CHECK(memcmp(again, length, sizeof again) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct fuzz_input input = {p, n};

    if (n < IMAGE_TRAILER_LENGTH_SIZE)
        return 0;

    const uint8_t *length = fuzz_bytes(p, IMAGE_TRAILER_LENGTH_SIZE);

    (void)fuzz_take_u32(&input);
    check(length, fuzz_take_u32(&input));
    check(length, n);
    return 0;
}
