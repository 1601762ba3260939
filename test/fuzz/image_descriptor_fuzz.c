// Image descriptors: what is read is written back as it was.
#include <string.h>

#include "common/image_descriptor.h"
#include "test/fuzz/fuzz.h"

static void check_keys(const struct image_descriptor *descriptor, const uint8_t *p, size_t n)
{
    FUZZ_CHECK(descriptor->key_count >= 1);
    FUZZ_CHECK(descriptor->key_count <= IMAGE_DESCRIPTOR_KEYS_MAX);
    for (size_t i = 0; i < descriptor->key_count; i++) {
        const struct image_descriptor_key *key = &descriptor->keys[i];

        FUZZ_CHECK(key->size_bytes > 0 && key->size_bytes <= IMAGE_DESCRIPTOR_KEY_MAX);
        FUZZ_CHECK(key->der >= p && key->der + key->size_bytes <= p + n);
    }
}

static void check(const uint8_t *p, size_t n)
{
    struct image_descriptor descriptor;
    struct image_descriptor scanned;
    struct image_name name;
    uint8_t again[IMAGE_DESCRIPTOR_MAX];
    int found = image_descriptor_scan(p, n, &scanned);

    FUZZ_CHECK(found >= 0 && found <= 2);
    FUZZ_CHECK(image_descriptor_find(p, n, 0) <= n);
    fuzz_fill(&descriptor, sizeof descriptor);
    if (!image_descriptor_decode(p, n, &descriptor)) {
        FUZZ_CHECK(fuzz_is_untouched(&descriptor, sizeof descriptor));
        return;
    }
    check_keys(&descriptor, p, n);
    FUZZ_CHECK(found > 0 && image_descriptor_find(p, n, 0) == 0);
    FUZZ_CHECK(memcmp(&scanned.name, &descriptor.name, sizeof scanned.name) == 0);
    FUZZ_CHECK(image_name_parse(descriptor.name.text, strlen(descriptor.name.text), &name));

    size_t size = image_descriptor_encode(&descriptor, again);

    FUZZ_CHECK(size > 0 && size <= n && memcmp(again, p, size) == 0);
    FUZZ_CHECK(!image_descriptor_decode(fuzz_bytes(p, size - 1), size - 1, &descriptor));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    uint8_t *bytes = fuzz_bytes(p, n);

    check(bytes, n);
    fuzz_mend_descriptor(bytes, n);
    check(bytes, n);
    return 0;
}
