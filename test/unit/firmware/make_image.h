#ifndef TEST_UNIT_FIRMWARE_MAKE_IMAGE_H
#define TEST_UNIT_FIRMWARE_MAKE_IMAGE_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/ecp.h>
#include <mbedtls/entropy.h>
#include <mbedtls/md.h>
#include <mbedtls/pk.h>
#include <mbedtls/rsa.h>

#include "common/image_descriptor.h"
#include "common/image_trailer.h"
#include "test/unit/firmware/tls_library.h"

// Signed images for the tests.

#define MAKE_IMAGE_MAX 16384

struct maker {
    mbedtls_entropy_context entropy;
    mbedtls_ctr_drbg_context random;
};

struct made_key {
    mbedtls_pk_context pk;
    uint8_t der[IMAGE_DESCRIPTOR_KEY_MAX];
    size_t der_size;
};

static inline void maker_init(struct maker *maker)
{
    mbedtls_entropy_init(&maker->entropy);
    mbedtls_ctr_drbg_init(&maker->random);
    int rc = mbedtls_ctr_drbg_seed(&maker->random, mbedtls_entropy_func, &maker->entropy, NULL, 0);

    assert(rc == 0);
    (void)rc;
}

static inline void maker_clear(struct maker *maker)
{
    mbedtls_ctr_drbg_free(&maker->random);
    mbedtls_entropy_free(&maker->entropy);
}

static inline void made_key_finish(struct made_key *key)
{
    uint8_t der[IMAGE_DESCRIPTOR_KEY_MAX];
    int n = mbedtls_pk_write_pubkey_der(&key->pk, der, sizeof der);

    assert(n > 0);
    key->der_size = (size_t)n;
    memcpy(key->der, der + sizeof der - n, (size_t)n); // it is written at the buffer's end
}

static inline void make_ec_key(
    struct maker *maker, mbedtls_ecp_group_id curve, struct made_key *key)
{
    mbedtls_pk_init(&key->pk);
    int rc = mbedtls_pk_setup(&key->pk, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY));

    assert(rc == 0);
    rc =
        mbedtls_ecp_gen_key(curve, mbedtls_pk_ec(key->pk), mbedtls_ctr_drbg_random, &maker->random);
    assert(rc == 0);
    (void)rc;
    made_key_finish(key);
}

static inline void make_rsa_key(struct maker *maker, unsigned bits, struct made_key *key)
{
    mbedtls_pk_init(&key->pk);
    int rc = mbedtls_pk_setup(&key->pk, mbedtls_pk_info_from_type(MBEDTLS_PK_RSA));

    assert(rc == 0);
    rc = mbedtls_rsa_gen_key(
        mbedtls_pk_rsa(key->pk), mbedtls_ctr_drbg_random, &maker->random, bits, 65537);
    assert(rc == 0);
    (void)rc;
    made_key_finish(key);
}

static inline void made_key_clear(struct made_key *key)
{
    mbedtls_pk_free(&key->pk);
}

// Puts a descriptor at p that trusts so many keys. Returns its size.
static inline size_t make_descriptor_of(
    const char *name, const struct made_key *const *trusted, size_t n_keys, uint8_t *p)
{
    struct image_descriptor descriptor = {.key_count = n_keys};
    uint8_t out[IMAGE_DESCRIPTOR_MAX];
    bool good = image_name_parse(name, strlen(name), &descriptor.name);

    assert(good);
    (void)good;
    for (size_t i = 0; i < n_keys; i++) {
        descriptor.keys[i].der = trusted[i]->der;
        descriptor.keys[i].size_bytes = trusted[i]->der_size;
    }
    size_t n = image_descriptor_encode(&descriptor, out);

    memcpy(p, out, n);
    return n;
}

static inline size_t make_descriptor(const char *name, const struct made_key *trusted, uint8_t *p)
{
    return make_descriptor_of(name, &trusted, 1, p);
}

// Signs the body at p and puts the trailer behind it. Returns the image's size.
static inline size_t make_signature(
    struct maker *maker, struct made_key *signer, uint8_t *p, size_t body_size)
{
    uint8_t hash[32];
    int rc = mbedtls_md(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), p, body_size, hash);
    size_t n = test_tls_library_sign(&signer->pk, hash, &maker->random, p + body_size);

    assert(rc == 0 && n > 0);
    (void)rc;
    image_trailer_encode(n, p + body_size + n);
    return body_size + n + IMAGE_TRAILER_LENGTH_SIZE;
}

// A whole image of that name in p (MAKE_IMAGE_MAX bytes) that trusts one key. Returns its size.
static inline size_t make_image(struct maker *maker, const char *name,
    const struct made_key *trusted, struct made_key *signer, uint8_t *p)
{
    const size_t body_size = 5003;

    for (size_t i = 0; i < body_size; i++)
        p[i] = (uint8_t)(i * 7 + i / 256);
    make_descriptor(name, trusted, p + 1020); // across the first chunk's end
    return make_signature(maker, signer, p, body_size);
}

#endif
