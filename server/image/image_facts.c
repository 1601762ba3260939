// What a signed image says of itself.
#include "server/image/image_facts.h"

#include <string.h>

#include "common/image_trailer.h"
#include "server/image/image_signature.h"
#include "server/image/image_layout.h"
#include "server/image/image_name_check.h"

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

int image_facts_read(const uint8_t *p, size_t n, struct image_facts *out, struct err *err)
{
    struct image_trailer trailer;
    struct image_descriptor descriptor;
    struct image_facts facts = {.size_bytes = n};
    int rc = image_signature_find_trailer(p, n, &trailer, err);

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

int image_facts_take_key(struct image_facts *facts, const char *pem, struct err *err)
{
    if (facts->embeds_from != IMAGE_EMBEDS_UNKNOWN && facts->embeds_from != IMAGE_EMBEDS_OPERATOR)
        return err_set(err, ERR_CONFLICT,
            "the image itself says which keys it embeds; add it without --embeds");
    if (facts->embeds_count == IMAGE_DESCRIPTOR_KEYS_MAX)
        return err_set(
            err, ERR_INVALID, "an image embeds at most %d keys", IMAGE_DESCRIPTOR_KEYS_MAX);

    int rc = public_key_from_pem(
        (const uint8_t *)pem, strlen(pem), &facts->embeds[facts->embeds_count], err);

    if (rc < 0)
        return rc;
    facts->embeds_from = IMAGE_EMBEDS_OPERATOR;
    facts->embeds_count++;
    return 0;
}

int image_facts_take_name(
    struct image_facts *facts, const char *given, bool literal, struct err *err)
{
    bool is_given = given != NULL && given[0] != '\0';

    if (!is_given && !facts->has_name)
        return err_set(
            err, ERR_INVALID, "the image does not say its name; give it with --name BOARD-VERSION");
    if (is_given && facts->has_name && strcmp(given, facts->name.text) != 0)
        return err_set(err, ERR_CONFLICT,
            "the image says that it is %s, not %.80s; add it without --name", facts->name.text,
            given);
    return image_name_check(facts->has_name ? facts->name.text : given, literal, &facts->name, err);
}

void image_facts_to_image(const struct image_facts *facts, int64_t added_at_ms, struct image *out)
{
    static const char *const from[] = {"unknown", "descriptor", "pem", "operator"};

    memset(out, 0, sizeof *out);
    out->name = facts->name;
    out->layout = facts->layout;
    out->size_bytes = (int64_t)facts->size_bytes;
    memcpy(out->sha256, facts->sha256, sizeof out->sha256);
    memcpy(out->md5, facts->md5, sizeof out->md5);
    memcpy(out->embeds_from, from[facts->embeds_from], strlen(from[facts->embeds_from]));
    out->embeds_count = facts->embeds_count;
    for (size_t i = 0; i < facts->embeds_count; i++)
        memcpy(out->embeds[i], facts->embeds[i].id, sizeof out->embeds[i]);
    out->added_at_ms = added_at_ms;
}
