// Which signatures a key makes. That they verify is proven by handshakes (http_key_test.c).
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/pki/private_key.h"
#include "server/pki/tls_signer.h"

#define RSA PRIVATE_KEY_RSA2048
#define P256 PRIVATE_KEY_P256

static const struct {
    enum private_key_kind kind;
    uint16_t scheme;
    size_t n; // of the digest
    int rc;
} cases[] = {
    {RSA, 0x0401, 32, 0},
    {RSA, 0x0501, 48, 0},
    {RSA, 0x0601, 64, 0},
    {RSA, 0x0804, 32, 0},
    {RSA, 0x0805, 48, 0},
    {RSA, 0x0806, 64, 0},
    {RSA, 0x0401, 31, ERR_INVALID},
    {RSA, 0x0401, 33, ERR_INVALID},
    {RSA, 0x0804, 64, ERR_INVALID},
    {RSA, 0x0401, 0, ERR_INVALID},
    {RSA, 0x0201, 20, ERR_DENIED}, // SHA-1
    {RSA, 0x0403, 32, ERR_DENIED}, // ECDSA's
    {RSA, 0x0000, 32, ERR_DENIED},
    {P256, 0x0403, 32, 0},
    {P256, 0x0503, 48, 0},
    {P256, 0x0403, 48, ERR_INVALID},
    {P256, 0x0401, 32, ERR_DENIED},
    {P256, 0x0804, 32, ERR_DENIED},
    {P256, 0x0203, 20, ERR_DENIED},
};

static struct tls_signer *signer_of(enum private_key_kind kind)
{
    struct private_key *key;
    struct tls_signer *signer;
    char *pem;
    size_t n;

    assert_int_equal(private_key_generate(kind, &key, NULL), 0);
    assert_int_equal(private_key_to_pem(key, &pem, &n, NULL), 0);
    private_key_free(key);
    assert_int_equal(tls_signer_from_pem((uint8_t *)pem, n, &signer, NULL), 0);
    free(pem);
    return signer;
}

static void what_a_key_signs(void **state)
{
    struct tls_signer *signers[] = {[RSA] = signer_of(RSA), [P256] = signer_of(P256)};
    static const uint8_t digest[64] = {1, 2, 3};
    struct tls_signer_signature signature;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int rc = tls_signer_sign(
            signers[cases[i].kind], cases[i].scheme, digest, cases[i].n, &signature);

        if (rc != cases[i].rc)
            fail_msg("%04x of %zu bytes: %d", cases[i].scheme, cases[i].n, rc);
        if (rc == 0 && cases[i].kind == RSA)
            assert_int_equal(signature.size, 256);
        else if (rc == 0)
            assert_in_range(signature.size, 64, 72);
    }
    tls_signer_free(signers[RSA]);
    tls_signer_free(signers[P256]);
    tls_signer_free(NULL);
}

static void what_is_no_key(void **state)
{
    static const char *const texts[] = {"", "nonsense",
        // \x45: no search for keys takes it for one
        "-----BEGIN PRIVAT\x45 KEY-----\nAAAA\n-----END PRIVAT\x45 KEY-----\n",
        "-----BEGIN PRIVAT\x45 KEY-----\n"};
    struct tls_signer *signer = NULL;
    struct err err;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_int_equal(
            tls_signer_from_pem((const uint8_t *)texts[i], strlen(texts[i]), &signer, &err),
            ERR_INVALID);
        assert_null(signer);
    }
}

// Its signatures would have no room: it is told at the start, not in each handshake.
static void what_key_is_too_large(void **state)
{
    FILE *file =
        popen("openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:4104 2>/dev/null", "r");
    struct tls_signer *signer = NULL;
    struct err err;
    char pem[8192];

    (void)state;
    assert_non_null(file);

    size_t n = fread(pem, 1, sizeof pem, file);

    assert_int_equal(pclose(file), 0);
    // genpkey(1) shows its progress before
    const char *begin = memmem(pem, n, "-----BEGIN", 10);

    assert_non_null(begin);
    n -= (size_t)(begin - pem);
    assert_int_equal(tls_signer_from_pem((const uint8_t *)begin, n, &signer, &err), ERR_INVALID);
    assert_string_equal(err.message, "its key is larger than 4096 bits");
    assert_null(signer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_key_signs),
        cmocka_unit_test(what_is_no_key),
        cmocka_unit_test(what_key_is_too_large),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
