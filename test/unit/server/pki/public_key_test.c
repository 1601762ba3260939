// Public keys: kinds, sizes, soundness, signatures.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/crypto.h>

#include "server/pki/private_key.h"
#include "server/pki/public_key.h"
#include "test/unit/failing_memory.h"

// OpenSSL's allocations too.
static void *library_malloc(size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return __wrap_malloc(size);
}

static void *library_realloc(void *p, size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return __wrap_realloc(p, size);
}

static void library_free(void *p, const char *file, int line)
{
    (void)file;
    (void)line;
    free(p);
}

#define BODY ((const uint8_t *)"body of an image")
#define BODY_SIZE 16

// P-256: SubjectPublicKeyInfo up to the point, RFC 5480.
static const uint8_t p256_head[] = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00};

static struct public_key make(enum private_key_kind kind, struct private_key **key)
{
    struct public_key public_half;

    assert_int_equal(private_key_generate(kind, key, NULL), 0);
    assert_int_equal(private_key_public(*key, &public_half, NULL), 0);
    return public_half;
}

static void round_trip(enum private_key_kind kind, const char *algorithm)
{
    struct private_key *private_key;
    struct public_key key = make(kind, &private_key);
    struct public_key again;
    char *pem;

    assert_string_equal(key.algorithm, algorithm);
    assert_int_equal(strlen(key.id), 64);
    assert_int_equal(public_key_to_pem(&key, &pem), 0);
    assert_memory_equal(pem, "-----BEGIN PUBLIC KEY-----\n", 27);
    assert_int_equal(public_key_from_pem((uint8_t *)pem, strlen(pem), &again, NULL), 0);
    assert_string_equal(again.id, key.id);
    free(pem);
    assert_int_equal(public_key_from_der(key.der, key.size_bytes, &again, NULL), 0);
    assert_memory_equal(again.der, key.der, key.size_bytes);
    private_key_free(private_key);
}

static void test_round_trip(void **state)
{
    (void)state;
    round_trip(PRIVATE_KEY_P256, "P-256");
    round_trip(PRIVATE_KEY_RSA2048, "RSA-2048");
}

static void verify(enum private_key_kind kind)
{
    struct private_key *private_key;
    struct private_key *other_private;
    struct public_key key = make(kind, &private_key);
    struct public_key other = make(kind, &other_private);
    uint8_t signature[IMAGE_SIGNATURE_MAX];
    size_t size;

    assert_int_equal(private_key_sign(private_key, BODY, BODY_SIZE, signature, &size), 0);
    assert_true(size >= IMAGE_SIGNATURE_MIN);
    assert_int_equal(public_key_verify(&key, BODY, BODY_SIZE, signature, size), 0);
    assert_int_equal(public_key_verify(&key, BODY, BODY_SIZE - 1, signature, size), ERR_DENIED);
    assert_int_equal(public_key_verify(&key, BODY + 1, BODY_SIZE, signature, size), ERR_DENIED);
    assert_int_equal(public_key_verify(&key, BODY, BODY_SIZE, signature, size - 1), ERR_DENIED);
    assert_int_equal(public_key_verify(&key, BODY, BODY_SIZE, signature, 0), ERR_DENIED);
    assert_int_equal(public_key_verify(&other, BODY, BODY_SIZE, signature, size), ERR_DENIED);
    for (size_t i = 0; i < size; i += 7) {
        signature[i] ^= 1;
        assert_int_equal(public_key_verify(&key, BODY, BODY_SIZE, signature, size), ERR_DENIED);
        signature[i] ^= 1;
    }
    private_key_free(private_key);
    private_key_free(other_private);
}

static void test_verify(void **state)
{
    (void)state;
    verify(PRIVATE_KEY_P256);
    verify(PRIVATE_KEY_RSA2048);
}

static void test_truncated_and_trailing(void **state)
{
    struct private_key *private_key;
    struct public_key key = make(PRIVATE_KEY_P256, &private_key);
    struct public_key out;
    uint8_t longer[IMAGE_DESCRIPTOR_KEY_MAX + 1] = {0};

    (void)state;
    for (size_t n = 0; n < key.size_bytes; n++)
        assert_int_equal(public_key_from_der(key.der, n, &out, NULL), ERR_INVALID);
    memcpy(longer, key.der, key.size_bytes);
    assert_int_equal(public_key_from_der(longer, key.size_bytes + 1, &out, NULL), ERR_INVALID);
    private_key_free(private_key);
}

// Whoever reads DER strictly, as a device may, would not find the key.
static void test_no_der(void **state)
{
    struct private_key *private_key;
    struct public_key key = make(PRIVATE_KEY_P256, &private_key);
    struct public_key out;
    struct err err = {0};
    uint8_t longer[IMAGE_DESCRIPTOR_KEY_MAX] = {0x30, 0x81, 0x59}; // a length of one byte more

    (void)state;
    memcpy(longer + 3, key.der + 2, key.size_bytes - 2);
    assert_int_equal(public_key_from_der(longer, key.size_bytes + 1, &out, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "DER"));
    private_key_free(private_key);
}

// As long as it is in DER, and yet another encoding: without the algorithm's NULL (RFC
// 3279, 2.3.1), with a longer form of the outermost length.
static void test_no_der_of_the_same_size(void **state)
{
    struct private_key *private_key;
    struct public_key key = make(PRIVATE_KEY_RSA2048, &private_key);
    struct public_key out;
    struct err err = {0};
    uint8_t other[IMAGE_DESCRIPTOR_KEY_MAX];
    size_t n = (size_t)key.der[2] << 8 | key.der[3];

    (void)state;
    assert_memory_equal(key.der, "\x30\x82", 2);
    assert_memory_equal(key.der + 4, "\x30\x0d\x06\x09", 4);
    assert_memory_equal(key.der + 17, "\x05\x00", 2);
    memcpy(other, "\x30\x84\0\0", 4);
    other[4] = (uint8_t)((n - 2) >> 8);
    other[5] = (uint8_t)(n - 2);
    memcpy(other + 6, "\x30\x0b", 2);
    memcpy(other + 8, key.der + 6, 11); // the OID
    memcpy(other + 19, key.der + 19, key.size_bytes - 19);
    assert_int_equal(public_key_from_der(other, key.size_bytes, &out, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "DER"));
    private_key_free(private_key);
}

static void test_point_off_the_curve(void **state)
{
    struct public_key out;
    uint8_t der[91] = {0};

    (void)state;
    memcpy(der, p256_head, sizeof p256_head);
    der[sizeof p256_head] = 4;
    der[90] = 1; // x = 0, y = 1
    assert_int_equal(public_key_from_der(der, sizeof der, &out, NULL), ERR_INVALID);
}

// Builds an RSA key of so many bytes' modulus, all bits set, with an exponent of that one byte, and
// zeros behind it.
static size_t rsa_of(uint8_t *out, size_t modulus, uint8_t exponent, size_t exponent_size)
{
    static const uint8_t algorithm[] = {
        0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00};
    size_t integer = modulus + 1;
    size_t sequence = 4 + integer + 4 + exponent_size;
    size_t bits = 4 + sequence + 1;
    size_t all = sizeof algorithm + 4 + bits;
    uint8_t *p = out;
    const struct {
        uint8_t tag;
        size_t size;
    } heads[] = {{0x30, all}, {0x03, bits}, {0x30, sequence}, {0x02, integer}};

    for (size_t i = 0; i < 4; i++) {
        *p++ = heads[i].tag;
        *p++ = 0x82;
        *p++ = (uint8_t)(heads[i].size >> 8);
        *p++ = (uint8_t)heads[i].size;
        if (i == 0) {
            memcpy(p, algorithm, sizeof algorithm);
            p += sizeof algorithm;
        } else if (i == 1) {
            *p++ = 0;
        }
    }
    *p++ = 0;
    memset(p, 0xff, modulus);
    p += modulus;
    *p++ = 0x02;
    *p++ = 0x82;
    *p++ = (uint8_t)(exponent_size >> 8);
    *p++ = (uint8_t)exponent_size;
    memset(p, 0, exponent_size);
    *p = exponent;
    return (size_t)(p - out) + exponent_size;
}

static size_t rsa_with(uint8_t *out, size_t modulus, uint8_t exponent)
{
    return rsa_of(out, modulus, exponent, 1);
}

static void test_rsa_sizes_and_exponents(void **state)
{
    struct public_key out;
    struct err err;
    uint8_t der[1200];

    (void)state;
    assert_int_equal(public_key_from_der(der, rsa_with(der, 128, 3), &out, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "1024 bits"));
    assert_int_equal(public_key_from_der(der, rsa_with(der, 513, 3), &out, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "4104 bits"));
    // A long exponent makes a key that no descriptor has room for.
    assert_int_equal(public_key_from_der(der, rsa_of(der, 512, 3, 200), &out, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "does not fit"));
    // An exponent of 1 would verify what anybody wrote.
    assert_int_equal(public_key_from_der(der, rsa_with(der, 256, 1), &out, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "unsound"));
}

static void test_other_kinds(void **state)
{
    static const char ed25519[] = "-----BEGIN PUBLIC KEY-----\n"
                                  "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
                                  "-----END PUBLIC KEY-----\n";
    struct public_key out;
    struct err err;

    (void)state;
    assert_int_equal(
        public_key_from_pem((const uint8_t *)ed25519, strlen(ed25519), &out, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "kind"));
}

static void test_other_curve(void **state)
{
    static const char p384[] = "-----BEGIN PUBLIC KEY-----\n"
                               "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEdug05/IcIJK5zAjnkFXVXFv83SvFzCnU\n"
                               "+nJDO1ax2Mz9/SaZN6bMFGHAvLrPo9kG8tCmfcePhNfhDfMV/NkDfcxIbKmKhAbR\n"
                               "jAhrKQiRIuYkfrVoDnFTUMLZsGzLWsNE\n"
                               "-----END PUBLIC KEY-----\n";
    struct public_key out;
    struct err err;

    (void)state;
    assert_int_equal(
        public_key_from_pem((const uint8_t *)p384, strlen(p384), &out, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "kind"));
}

// Sizes that no file has are refused before a byte is read.
static void test_sizes(void **state)
{
    struct public_key out = {0};
    uint8_t byte = 0x30;

    (void)state;
    assert_int_equal(public_key_from_der(&byte, (size_t)INT32_MAX + 1, &out, NULL), ERR_INVALID);
    assert_int_equal(public_key_from_pem(&byte, (size_t)1 << 24 | 1, &out, NULL), ERR_INVALID);
    assert_int_equal(public_key_verify(&out, &byte, 1, &byte, 1), ERR_DENIED); // no key at all
}

// Without memory a signature that is not good is not found so.
static void test_no_memory(void **state)
{
    struct private_key *private_key;
    struct public_key key = make(PRIVATE_KEY_P256, &private_key);
    uint8_t signature[IMAGE_SIGNATURE_MAX];
    char *pem;
    size_t size;
    bool failed = true;

    (void)state;
    assert_int_equal(private_key_sign(private_key, BODY, BODY_SIZE, signature, &size), 0);
    assert_int_equal(public_key_to_pem(&key, &pem), 0);
    for (long n = 1; failed; n++) {
        char *again = NULL;

        failing_memory_start(n);

        int rc = public_key_to_pem(&key, &again);

        failed = failing_memory_end();
        assert_true(rc == ERR_NO_MEMORY || rc == 0);
        if (rc == 0)
            assert_string_equal(again, pem);
        assert_true(failed || rc == 0);
        free(again);
    }
    failed = true;
    for (long n = 1; failed; n++) {
        failing_memory_start(n);

        int rc = public_key_verify(&key, BODY, BODY_SIZE, signature, size);
        int forged = public_key_verify(&key, BODY + 1, BODY_SIZE, signature, size);

        failed = failing_memory_end();
        assert_true(rc == ERR_DENIED || rc == 0);
        assert_int_equal(forged, ERR_DENIED);
        assert_true(failed || rc == 0);
    }
    free(pem);
    private_key_free(private_key);
}

static void test_pem_texts(void **state)
{
    static const struct {
        const char *text;
        const char *advice;
    } foreign[] = {
        {"ssh-rsa AAAAB3NzaC1yc2E= me@home\n", "ssh-keygen -e -m PKCS8 -f FILE"},
        {"ecdsa-sha2-nistp256 AAAA me\n", "ssh-keygen -e -m PKCS8 -f FILE"},
        {"-----BEGIN OPENSSH PRIVAT\x45 KEY-----\nAAAA\n-----END OPENSSH PRIVAT\x45 KEY-----\n",
            "ssh-keygen -e -m PKCS8 -f KEY"}, // \x45: no search for keys takes it for one
        {"-----BEGIN SSH2 PUBLIC KEY-----\nAAAA\n-----END SSH2 PUBLIC KEY-----\n",
            "ssh-keygen -i -f FILE"},
        {"ssh", "no PEM block PUBLIC KEY"},
    };
    struct private_key *private_key;
    struct public_key key = make(PRIVATE_KEY_P256, &private_key);
    struct public_key out;
    struct err err;
    char twice[1024];
    char *pem;
    char *secret;
    size_t size;

    (void)state;
    assert_int_equal(public_key_from_pem((const uint8_t *)"", 0, &out, &err), ERR_INVALID);
    assert_int_equal(public_key_from_pem((const uint8_t *)"hello", 5, &out, &err), ERR_INVALID);
    assert_int_equal(public_key_to_pem(&key, &pem), 0);
    snprintf(twice, sizeof twice, "text before\n%s%s", pem, pem);
    assert_int_equal(public_key_from_pem((uint8_t *)twice, strlen(twice), &out, &err), ERR_INVALID);
    twice[12 + strlen(pem)] = '\0';
    assert_int_equal(public_key_from_pem((uint8_t *)twice, strlen(twice), &out, &err), 0);
    assert_int_equal(private_key_to_pem(private_key, &secret, &size, NULL), 0);
    assert_int_equal(public_key_from_pem((uint8_t *)secret, size, &out, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "private key"));
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++) {
        const char *text = foreign[i].text;

        assert_int_equal(
            public_key_from_pem((const uint8_t *)text, strlen(text), &out, &err), ERR_INVALID);
        if (strstr(err.message, foreign[i].advice) == NULL)
            fail_msg("%s: %s", text, err.message);
    }
    free(pem);
    free(secret);
    private_key_free(private_key);
}

int main(void)
{
    if (CRYPTO_set_mem_functions(library_malloc, library_realloc, library_free) != 1)
        return 1;

    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_verify),
        cmocka_unit_test(test_truncated_and_trailing),
        cmocka_unit_test(test_no_der),
        cmocka_unit_test(test_no_der_of_the_same_size),
        cmocka_unit_test(test_point_off_the_curve),
        cmocka_unit_test(test_rsa_sizes_and_exponents),
        cmocka_unit_test(test_other_kinds),
        cmocka_unit_test(test_other_curve),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_pem_texts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
