// A sketch's judgement of an image: any bit that is wrong is found, however the bytes come.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "test/deployed/image_check.h"
#include "test/deployed/signing_key.h"

#define KEY_BITS 2048
#define BODY_SIZE 1000
#define IMAGE_SIZE (BODY_SIZE + IMAGE_CHECK_TRAILER)
#define EXPONENT 65537

struct signer {
    br_rsa_private_key private_key;
    br_rsa_public_key public_key;
    uint8_t private_bytes[BR_RSA_KBUF_PRIV_SIZE(KEY_BITS)];
    uint8_t public_bytes[BR_RSA_KBUF_PUB_SIZE(KEY_BITS)];
};

static struct signer signers[2];
static uint8_t image[IMAGE_SIZE + 1];

static int make_signers(void **state)
{
    br_hmac_drbg_context random;

    (void)state;
    br_hmac_drbg_init(&random, &br_sha256_vtable, "test", 4);
    for (size_t i = 0; i < 2; i++) {
        struct signer *signer = &signers[i];

        if (br_rsa_keygen_get_default()(&random.vtable, &signer->private_key, signer->private_bytes,
                &signer->public_key, signer->public_bytes, KEY_BITS, EXPONENT) != 1)
            return -1;
    }
    return 0;
}

// body || signature || length, signed by the first signer.
static void make_image(void)
{
    static const uint8_t length[] = {0, 1, 0, 0};
    br_sha256_context sha256;
    uint8_t hash[br_sha256_SIZE];

    for (size_t i = 0; i < BODY_SIZE; i++)
        image[i] = (uint8_t)(i * 7);
    br_sha256_init(&sha256);
    br_sha256_update(&sha256, image, BODY_SIZE);
    br_sha256_out(&sha256, hash);
    assert_int_equal(br_rsa_pkcs1_sign_get_default()(BR_HASH_OID_SHA256, hash, sizeof hash,
                         &signers[0].private_key, image + BODY_SIZE),
        1);
    memcpy(image + BODY_SIZE + IMAGE_CHECK_SIGNATURE, length, sizeof length);
}

// Whether n bytes, of which size were announced, pass, when they come step at a time.
static bool passes(size_t size, size_t n, size_t step, const struct signer *signer)
{
    struct image_check check;

    image_check_init(&check, size);
    for (size_t i = 0; i < n; i += step)
        image_check_feed(&check, image + i, n - i < step ? n - i : step);
    return image_check_is_signed(&check, &signer->public_key);
}

static void a_good_image_passes_in_pieces_of_any_size(void **state)
{
    (void)state;
    make_image();
    for (size_t step = 1; step <= IMAGE_SIZE; step += step < 300 ? 1 : 97)
        assert_true(passes(IMAGE_SIZE, IMAGE_SIZE, step, &signers[0]));
    assert_true(passes(IMAGE_SIZE, IMAGE_SIZE, IMAGE_SIZE, &signers[0]));
}

static void another_key_does_not_verify_it(void **state)
{
    (void)state;
    make_image();
    assert_false(passes(IMAGE_SIZE, IMAGE_SIZE, 512, &signers[1]));
}

static void a_wrong_bit_anywhere_is_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < IMAGE_SIZE; i += i < BODY_SIZE - 8 ? 31 : 1) {
        make_image();
        image[i] ^= 1;
        assert_false(passes(IMAGE_SIZE, IMAGE_SIZE, 512, &signers[0]));
    }
}

static void too_few_or_too_many_bytes_do_not_pass(void **state)
{
    (void)state;
    make_image();
    for (size_t n = 0; n < IMAGE_SIZE; n += 13)
        assert_false(passes(IMAGE_SIZE, n, 64, &signers[0]));
    assert_false(passes(IMAGE_SIZE, IMAGE_SIZE + 1, 64, &signers[0]));
    assert_false(passes(IMAGE_SIZE + 1, IMAGE_SIZE, 64, &signers[0]));
    assert_false(passes(0, 0, 64, &signers[0]));
    assert_false(passes(1, IMAGE_SIZE, 64, &signers[0]));
    assert_false(passes(IMAGE_CHECK_TRAILER, IMAGE_CHECK_TRAILER, 64, &signers[0]));
}

static void md5_is_of_all_bytes(void **state)
{
    struct image_check check;
    char md5[IMAGE_CHECK_MD5_SIZE];

    (void)state;
    image_check_init(&check, 3);
    image_check_feed(&check, (const uint8_t *)"ab", 2);
    image_check_feed(&check, (const uint8_t *)"c", 1);
    image_check_md5(&check, md5);
    assert_string_equal(md5, "900150983cd24fb0d6963f7d28e17f72"); // RFC 1321, A.5
}

// A SubjectPublicKeyInfo of the first signer's key.
static size_t make_der(uint8_t out[400])
{
    static const uint8_t start[] = {0x30, 0x82, 1, 0x22, 0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86,
        0xf7, 0x0d, 1, 1, 1, 5, 0, 0x03, 0x82, 1, 0x0f, 0, 0x30, 0x82, 1, 0x0a, 0x02, 0x82, 1, 1,
        0};
    static const uint8_t exponent[] = {0x02, 3, 1, 0, 1};
    size_t n = sizeof start;

    memcpy(out, start, sizeof start);
    memcpy(out + n, signers[0].public_key.n, KEY_BITS / 8);
    n += KEY_BITS / 8;
    memcpy(out + n, exponent, sizeof exponent);
    return n + sizeof exponent;
}

static void the_key_is_read_from_der_and_only_when_whole(void **state)
{
    static const size_t tags[] = {0, 4, 19, 24, 28};
    uint8_t der[400];
    size_t n = make_der(der);
    br_rsa_public_key key = {0};

    (void)state;
    assert_true(signing_key_decode(der, n, &key));
    assert_int_equal(key.nlen, KEY_BITS / 8 + 1);
    assert_memory_equal(key.n + 1, signers[0].public_key.n, KEY_BITS / 8);
    assert_int_equal(key.elen, 3);
    make_image();
    signers[1].public_key = key;
    assert_true(passes(IMAGE_SIZE, IMAGE_SIZE, 512, &signers[1]));
    for (size_t size = 0; size < n; size++) {
        uint8_t *cut = malloc(size > 0 ? size : 1); // its own, for the sanitizer

        memcpy(cut, der, size);
        assert_false(signing_key_decode(cut, size, &key));
        free(cut);
    }
    for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++) {
        der[tags[i]] ^= 1;
        assert_false(signing_key_decode(der, n, &key));
        der[tags[i]] ^= 1;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_image_passes_in_pieces_of_any_size),
        cmocka_unit_test(another_key_does_not_verify_it),
        cmocka_unit_test(a_wrong_bit_anywhere_is_found),
        cmocka_unit_test(too_few_or_too_many_bytes_do_not_pass),
        cmocka_unit_test(md5_is_of_all_bytes),
        cmocka_unit_test(the_key_is_read_from_der_and_only_when_whole), // changes a signer
    };

    return cmocka_run_group_tests(tests, make_signers, NULL);
}
