// What image files say of themselves: descriptors, PEM keys, trailers, tampering.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/image_trailer.h"
#include "server/image/image_descriptor_build.h"
#include "server/image/image_signature.h"
#include "server/image/image_facts.h"
#include "server/image/image_sign.h"

#define NAME "ESP8266_WEMOS_D1MINIPRO-00.00.08.g"
#define BODY_SIZE 1001

struct keys {
    struct private_key *private_keys[2];
    struct public_key public_keys[2];
};

struct bytes {
    uint8_t *p;
    size_t n;
};

static int make_keys(void **state)
{
    struct keys *keys = calloc(1, sizeof *keys);

    for (int i = 0; i < 2; i++) {
        if (private_key_generate(PRIVATE_KEY_P256, &keys->private_keys[i], NULL) < 0 ||
            private_key_public(keys->private_keys[i], &keys->public_keys[i], NULL) < 0)
            return -1;
    }
    *state = keys;
    return 0;
}

static int drop_keys(void **state)
{
    struct keys *keys = *state;

    private_key_free(keys->private_keys[0]);
    private_key_free(keys->private_keys[1]);
    free(keys);
    return 0;
}

static struct bytes make_body(void)
{
    struct bytes body = {malloc(BODY_SIZE), BODY_SIZE};

    for (size_t i = 0; i < body.n; i++)
        body.p[i] = (uint8_t)(i * 7);
    return body;
}

// Each of these takes over the bytes that it is given.
static struct bytes append(struct bytes body, const void *p, size_t n)
{
    body.p = realloc(body.p, body.n + n + 1);
    memcpy(body.p + body.n, p, n);
    body.n += n;
    return body;
}

static struct bytes append_pem(struct bytes body, const struct public_key *key)
{
    char *pem;

    assert_int_equal(public_key_to_pem(key, &pem), 0);
    body = append(body, pem, strlen(pem) + 1);
    free(pem);
    return body;
}

static struct bytes describe(struct bytes body, const struct public_key *keys, size_t count)
{
    struct image_descriptor_build_block block;
    struct bytes out;

    assert_int_equal(image_descriptor_build(NAME, keys, count, &block, NULL), 0);
    assert_int_equal(image_descriptor_build_append(body.p, body.n, &block, &out.p, &out.n), 0);
    free(body.p);
    return out;
}

static struct bytes sign(struct bytes body, const struct private_key *key)
{
    struct bytes out;

    assert_int_equal(image_sign(body.p, body.n, key, &out.p, &out.n, NULL), 0);
    free(body.p);
    return out;
}

static void test_descriptor(void **state)
{
    struct keys *keys = *state;
    struct bytes image = sign(describe(make_body(), keys->public_keys, 2), keys->private_keys[0]);
    struct image_facts facts;
    size_t signer;

    assert_int_equal(image_facts_read(image.p, image.n, &facts, NULL), 0);
    assert_int_equal(facts.size_bytes, image.n);
    assert_true(facts.body_size < image.n && facts.body_size > BODY_SIZE);
    assert_true(facts.has_name);
    assert_string_equal(facts.name.text, NAME);
    assert_int_equal(facts.embeds_from, IMAGE_EMBEDS_DESCRIPTOR);
    assert_int_equal(facts.embeds_count, 2);
    assert_string_equal(facts.embeds[0].id, keys->public_keys[0].id);
    assert_string_equal(facts.embeds[1].id, keys->public_keys[1].id);
    assert_int_equal(strlen(facts.sha256), 64);
    assert_int_equal(strlen(facts.md5), 32);
    assert_int_equal(
        image_signature_find_signer(image.p, image.n, keys->public_keys, 2, &signer, NULL), 0);
    assert_int_equal(signer, 0);
    free(image.p);
}

// The layout is the body's, and a descriptor behind it does not change that.
static void test_layout(void **state)
{
    static const uint8_t headers[][16] = {
        {0xe9, 2, 3, 0x40, 0x80, 0xf4, 0x10, 0x40, 0, 0xf0, 0x10, 0x40, 0x60, 0x0d},
        {0xe9, 5, 2, 0x20, 0x28, 0x1f, 0x21, 0x40, 0x10, 0, 0x21, 0x40, 0xd0, 0x22, 7},
        {0},
    };
    static const enum image_layout layouts[] = {
        IMAGE_LAYOUT_SKETCH, IMAGE_LAYOUT_SDK, IMAGE_LAYOUT_OTHER};
    struct keys *keys = *state;

    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        struct bytes body = make_body();
        struct image_facts facts;

        memcpy(body.p, headers[i], sizeof headers[i]);

        struct bytes image = sign(describe(body, keys->public_keys, 1), keys->private_keys[0]);

        assert_int_equal(image_facts_read(image.p, image.n, &facts, NULL), 0);
        assert_int_equal(facts.layout, layouts[i]);
        free(image.p);
    }
}

static void test_descriptor_goes_before_pem(void **state)
{
    struct keys *keys = *state;
    struct bytes body = append_pem(make_body(), &keys->public_keys[1]);
    struct bytes image = sign(describe(body, keys->public_keys, 1), keys->private_keys[0]);
    struct image_facts facts;

    assert_int_equal(image_facts_read(image.p, image.n, &facts, NULL), 0);
    assert_int_equal(facts.embeds_from, IMAGE_EMBEDS_DESCRIPTOR);
    assert_int_equal(facts.embeds_count, 1);
    assert_string_equal(facts.embeds[0].id, keys->public_keys[0].id);
    free(image.p);
}

static void test_two_descriptors(void **state)
{
    struct keys *keys = *state;
    struct image_descriptor_build_block block;
    struct bytes body = describe(make_body(), keys->public_keys, 1);
    struct image_facts facts;
    struct bytes other;
    struct err err;

    assert_int_equal(image_descriptor_build(NAME, keys->public_keys, 2, &block, NULL), 0);
    assert_int_equal(
        image_descriptor_build_append(body.p, body.n, &block, &other.p, &other.n), ERR_CONFLICT);
    while (body.n % IMAGE_DESCRIPTOR_ALIGNMENT != 0)
        body = append(body, "", 1);

    struct bytes image = sign(append(body, block.bytes, block.size_bytes), keys->private_keys[0]);

    assert_int_equal(image_facts_read(image.p, image.n, &facts, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "more than one"));
    free(image.p);
}

static void test_unusable_key_in_descriptor(void **state)
{
    struct keys *keys = *state;
    struct public_key broken = keys->public_keys[0];
    struct image_facts facts;
    struct err err;

    broken.der[broken.size_bytes - 1] ^= 1; // off the curve
    struct bytes image = sign(describe(make_body(), &broken, 1), keys->private_keys[0]);

    assert_int_equal(image_facts_read(image.p, image.n, &facts, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "key 1 of the image descriptor"));
    free(image.p);
}

static void expect_embeds(struct bytes image, enum image_embeds_from from, size_t count)
{
    struct image_facts facts;

    assert_int_equal(image_facts_read(image.p, image.n, &facts, NULL), 0);
    assert_false(facts.has_name);
    assert_int_equal(facts.embeds_from, from);
    assert_int_equal(facts.embeds_count, count);
    free(image.p);
}

static void test_pem_in_a_sketch(void **state)
{
    struct keys *keys = *state;
    const struct public_key *public_keys = keys->public_keys;
    const struct private_key *key = keys->private_keys[0];

    expect_embeds(sign(make_body(), key), IMAGE_EMBEDS_UNKNOWN, 0);
    expect_embeds(sign(append_pem(make_body(), &public_keys[0]), key), IMAGE_EMBEDS_PEM, 1);
    // Twice the same is one key; two are nobody's guess.
    expect_embeds(sign(append_pem(append_pem(make_body(), &public_keys[0]), &public_keys[0]), key),
        IMAGE_EMBEDS_PEM, 1);
    expect_embeds(sign(append_pem(append_pem(make_body(), &public_keys[0]), &public_keys[1]), key),
        IMAGE_EMBEDS_UNKNOWN, 0);
    expect_embeds(
        sign(append_pem(append_pem(append_pem(make_body(), &public_keys[0]), &public_keys[1]),
                 &public_keys[0]),
            key),
        IMAGE_EMBEDS_UNKNOWN, 0);
}

static void test_texts_that_look_like_pem(void **state)
{
    static const char open_end[] = "-----BEGIN PUBLIC KEY-----\nMFkw";
    static const char nonsense[] = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n";
    struct keys *keys = *state;
    const struct private_key *key = keys->private_keys[0];
    struct bytes body;

    expect_embeds(
        sign(append(make_body(), open_end, sizeof open_end), key), IMAGE_EMBEDS_UNKNOWN, 0);
    expect_embeds(
        sign(append(make_body(), nonsense, sizeof nonsense), key), IMAGE_EMBEDS_UNKNOWN, 0);
    body = append(make_body(), open_end, sizeof open_end);
    body = append(body, nonsense, sizeof nonsense);
    expect_embeds(sign(append_pem(body, &keys->public_keys[1]), key), IMAGE_EMBEDS_PEM, 1);
}

static void test_bad_trailers(void **state)
{
    static const uint32_t lengths[] = {
        0, IMAGE_SIGNATURE_MIN - 1, IMAGE_SIGNATURE_MAX + 1, 0xffffffff, BODY_SIZE, BODY_SIZE - 4};
    struct keys *keys = *state;
    struct bytes image = make_body();
    struct image_facts facts;
    struct err err;
    size_t signer;

    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        image_trailer_encode(lengths[i], image.p + image.n - IMAGE_TRAILER_LENGTH_SIZE);
        assert_int_equal(image_facts_read(image.p, image.n, &facts, &err), ERR_INVALID);
        assert_int_equal(
            image_signature_find_signer(image.p, image.n, keys->public_keys, 2, &signer, &err),
            ERR_INVALID);
    }
    for (size_t n = 0; n <= IMAGE_TRAILER_LENGTH_SIZE; n++)
        assert_int_equal(image_facts_read(image.p, n, &facts, &err), ERR_INVALID);
    free(image.p);
}

static void test_tampering(void **state)
{
    struct keys *keys = *state;
    struct bytes image = sign(describe(make_body(), keys->public_keys, 2), keys->private_keys[1]);
    struct err err;
    size_t signer = 99;

    assert_int_equal(
        image_signature_find_signer(image.p, image.n, keys->public_keys, 2, &signer, &err), 0);
    assert_int_equal(signer, 1);
    signer = 99;
    for (size_t i = 0; i < image.n; i += 23) {
        image.p[i] ^= 0x10;
        assert_true(
            image_signature_find_signer(image.p, image.n, keys->public_keys, 2, &signer, &err) < 0);
        image.p[i] ^= 0x10;
    }
    assert_int_equal(
        image_signature_find_signer(image.p, image.n, keys->public_keys, 1, &signer, &err),
        ERR_DENIED);
    assert_int_equal(
        image_signature_find_signer(image.p, image.n, NULL, 0, &signer, &err), ERR_DENIED);
    assert_int_equal(signer, 99);
    free(image.p);
}

static void test_sign_once(void **state)
{
    struct keys *keys = *state;
    struct bytes image = sign(make_body(), keys->private_keys[0]);
    struct bytes again;
    struct err err;

    assert_int_equal(image_sign(image.p, image.n, keys->private_keys[0], &again.p, &again.n, &err),
        ERR_CONFLICT);
    assert_int_equal(
        image_sign(image.p, 0, keys->private_keys[0], &again.p, &again.n, &err), ERR_INVALID);
    free(image.p);
}

static void test_describe_refuses(void **state)
{
    struct keys *keys = *state;
    struct public_key five[5];
    struct image_descriptor_build_block block;

    for (int i = 0; i < 5; i++)
        five[i] = keys->public_keys[0];
    assert_int_equal(image_descriptor_build(NAME, five, 4, &block, NULL), 0);
    assert_int_equal(image_descriptor_build(NAME, five, 5, &block, NULL), ERR_INVALID);
    assert_int_equal(image_descriptor_build(NAME, five, 0, &block, NULL), ERR_INVALID);
    assert_int_equal(image_descriptor_build("noversion", five, 1, &block, NULL), ERR_INVALID);
    assert_int_equal(image_descriptor_build("", five, 1, &block, NULL), ERR_INVALID);
}

// What the operator adds is taken only where the image is silent.
static void test_what_is_given(void **state)
{
    struct keys *keys = *state;
    struct image_facts facts = {.embeds_from = IMAGE_EMBEDS_UNKNOWN};
    struct err err = {0};
    char *pem;

    assert_int_equal(public_key_to_pem(&keys->public_keys[0], &pem), 0);
    for (size_t i = 0; i < IMAGE_DESCRIPTOR_KEYS_MAX; i++)
        assert_int_equal(image_facts_take_key(&facts, pem, &err), 0);
    assert_int_equal(facts.embeds_count, IMAGE_DESCRIPTOR_KEYS_MAX);
    assert_int_equal(image_facts_take_key(&facts, pem, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "at most"));
    facts = (struct image_facts){.embeds_from = IMAGE_EMBEDS_DESCRIPTOR, .embeds_count = 1};
    assert_int_equal(image_facts_take_key(&facts, pem, &err), ERR_CONFLICT);
    facts.embeds_from = IMAGE_EMBEDS_PEM;
    assert_int_equal(image_facts_take_key(&facts, pem, &err), ERR_CONFLICT);
    free(pem);

    assert_int_equal(image_facts_take_name(&facts, NULL, false, &err), ERR_INVALID);
    assert_int_equal(image_facts_take_name(&facts, "", false, &err), ERR_INVALID);
    assert_int_equal(image_facts_take_name(&facts, "B-1", false, &err), 0);
    assert_string_equal(facts.name.text, "B-1");
    facts.has_name = true;
    assert_int_equal(image_facts_take_name(&facts, NULL, false, &err), 0);
    assert_int_equal(image_facts_take_name(&facts, "B-1", false, &err), 0);
    assert_int_equal(image_facts_take_name(&facts, "B-2", false, &err), ERR_CONFLICT);
    assert_string_equal(facts.name.text, "B-1");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_keys, drop_keys)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_descriptor),
        TEST(test_layout),
        TEST(test_descriptor_goes_before_pem),
        TEST(test_two_descriptors),
        TEST(test_unusable_key_in_descriptor),
        TEST(test_pem_in_a_sketch),
        TEST(test_texts_that_look_like_pem),
        TEST(test_bad_trailers),
        TEST(test_tampering),
        TEST(test_sign_once),
        TEST(test_describe_refuses),
        TEST(test_what_is_given),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
