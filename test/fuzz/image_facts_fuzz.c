// Whole images, as an operator uploads them: as they come, and once more with good checksums and a
// trailer behind them.
#include <string.h>

#include "common/image_trailer.h"
#include "server/image/image_signature.h"
#include "server/image/image_facts.h"
#include "test/fuzz/fuzz.h"

static void check(const uint8_t *p, size_t n)
{
    struct image_facts facts;
    struct image_trailer trailer;
    struct err err = {0};

    fuzz_fill(&facts, sizeof facts);
    if (image_facts_read(p, n, &facts, &err) < 0) {
        FUZZ_CHECK(fuzz_is_untouched(&facts, sizeof facts));
        FUZZ_CHECK(err.code == ERR_INVALID && err.message[0] != '\0');
        return;
    }
    FUZZ_CHECK(image_signature_find_trailer(p, n, &trailer, &err) == 0);
    FUZZ_CHECK(facts.size_bytes == n && facts.body_size == trailer.body_size);
    FUZZ_CHECK(facts.layout > IMAGE_LAYOUT_UNREAD && facts.layout < IMAGE_LAYOUT_COUNT);
    FUZZ_CHECK(facts.embeds_count <= IMAGE_DESCRIPTOR_KEYS_MAX);
    FUZZ_CHECK(facts.has_name == (facts.embeds_from == IMAGE_EMBEDS_DESCRIPTOR));
    FUZZ_CHECK((facts.embeds_count == 0) == (facts.embeds_from == IMAGE_EMBEDS_UNKNOWN));
    FUZZ_CHECK(facts.embeds_from != IMAGE_EMBEDS_PEM || facts.embeds_count == 1);
    for (size_t i = 0; i < facts.embeds_count; i++) {
        const struct public_key *key = &facts.embeds[i];
        char id[DIGEST_SHA256_TEXT_SIZE];

        FUZZ_CHECK(key->size_bytes > 0 && key->size_bytes <= sizeof key->der);
        digest_sha256(key->der, key->size_bytes, id);
        FUZZ_CHECK(strcmp(key->id, id) == 0);
        if (facts.embeds_from == IMAGE_EMBEDS_DESCRIPTOR)
            FUZZ_CHECK(memmem(p, n, key->der, key->size_bytes) != NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    static uint8_t image[FUZZ_INPUT_MAX + IMAGE_SIGNATURE_MIN + IMAGE_TRAILER_LENGTH_SIZE];

    check(fuzz_bytes(p, n), n);
    if (n > FUZZ_INPUT_MAX)
        return 0;
    memset(image, 0, sizeof image);
    memcpy(image, p, n);

    size_t i = image_descriptor_find(image, n, 0);

    while (i < n) {
        fuzz_mend_descriptor(image + i, n - i);
        i = image_descriptor_find(image, n, i + IMAGE_DESCRIPTOR_ALIGNMENT);
    }
    n += IMAGE_SIGNATURE_MIN;
    image_trailer_encode(IMAGE_SIGNATURE_MIN, image + n);
    n += IMAGE_TRAILER_LENGTH_SIZE;
    check(fuzz_bytes(image, n), n);
    return 0;
}
