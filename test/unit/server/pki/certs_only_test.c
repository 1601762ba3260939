// Certificates alone in a PKCS #7, as OpenSSL reads it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/pkcs7.h>
#include <openssl/x509.h>

#include "server/base/clock.h"
#include "server/pki/certs_only.h"
#include "server/pki/issuer.h"
#include "server/pki/private_key.h"

static struct certificate *make(const char *name)
{
    struct issuer_order order = {
        .profile = PROFILE_CA, .common_name = name, .now_ms = clock_system_ms()};
    struct private_key *key;
    struct certificate *certificate;

    assert_int_equal(private_key_generate(PRIVATE_KEY_P256, &key, NULL), 0);
    assert_int_equal(issuer_self_sign(&order, key, &certificate, NULL), 0);
    private_key_free(key);
    return certificate;
}

static void test_holds_them_in_order(void **state)
{
    struct certificate *certificates[] = {make("one"), make("two"), make("three")};

    (void)state;
    for (size_t count = 1; count <= 3; count++) {
        uint8_t *der;
        size_t n;

        assert_int_equal(certs_only_encode(certificates, count, &der, &n, NULL), 0);

        const uint8_t *p = der;
        PKCS7 *pkcs7 = d2i_PKCS7(NULL, &p, (long)n);

        assert_non_null(pkcs7);
        assert_true(p == der + n);
        assert_true(PKCS7_type_is_signed(pkcs7));
        assert_int_equal(ASN1_INTEGER_get(pkcs7->d.sign->version), 1);
        assert_int_equal(sk_PKCS7_SIGNER_INFO_num(pkcs7->d.sign->signer_info), 0);
        assert_int_equal(OBJ_obj2nid(pkcs7->d.sign->contents->type), NID_pkcs7_data);
        assert_null(pkcs7->d.sign->contents->d.data);
        assert_int_equal(sk_X509_num(pkcs7->d.sign->cert), count);
        for (size_t i = 0; i < count; i++) {
            uint8_t *expected;
            uint8_t *found = NULL;
            size_t expected_n;
            int found_n = i2d_X509(sk_X509_value(pkcs7->d.sign->cert, (int)i), &found);

            assert_int_equal(certificate_to_der(certificates[i], &expected, &expected_n, NULL), 0);
            assert_int_equal(found_n, expected_n);
            assert_memory_equal(found, expected, expected_n);
            free(expected);
            OPENSSL_free(found);
        }
        PKCS7_free(pkcs7);
        free(der);
    }
    for (size_t i = 0; i < 3; i++)
        certificate_free(certificates[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_holds_them_in_order)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
