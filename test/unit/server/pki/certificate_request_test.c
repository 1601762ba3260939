// Certificate requests: which are read, and which are not.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/pki/certificate_request.h"
#include "test/unit/server/pki/request_fixture.h"

#define MAC "84f3eb000001"
#define LONG_64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static int parse(const struct request_fixture *fixture, struct certificate_request *out)
{
    uint8_t der[REQUEST_FIXTURE_MAX];
    size_t n = request_fixture_make(fixture, der);
    struct err err = {0};
    int rc = certificate_request_parse(der, n, out, &err);

    assert_true(n > 0);
    assert_true(rc == 0 || (rc == err.code && err.message[0] != '\0'));
    return rc;
}

static void what_counts_is_read(void **state)
{
    static const struct request_fixture fixture = {.common_name = MAC, .challenge = "once"};
    struct certificate_request request;

    (void)state;
    assert_int_equal(parse(&fixture, &request), 0);
    assert_string_equal(request.common_name, MAC);
    assert_string_equal(request.challenge, "once");
    assert_string_equal(request.key.algorithm, "P-256");
    assert_int_equal(strlen(request.key.id), 64);
}

static void what_does_not_count_is_ignored(void **state)
{
    static const struct request_fixture fixture = {.common_name = MAC,
        .unit = "monitor",
        .extension = "critical,CA:TRUE",
        .alternative = "DNS:broker.example"};
    struct certificate_request request;

    (void)state;
    assert_int_equal(parse(&fixture, &request), 0);
    assert_string_equal(request.common_name, MAC);
    assert_string_equal(request.challenge, "");
}

static const struct {
    struct request_fixture fixture;
    int rc;
} cases[] = {
    {{.common_name = MAC, .rsa_bits = 2048}, 0},
    {{.common_name = MAC, .rsa_bits = 4096}, 0},
    {{.common_name = MAC, .rsa_bits = 1024}, ERR_INVALID},
    {{.common_name = MAC, .rsa_bits = 2040}, ERR_INVALID},
    {{.common_name = MAC, .rsa_bits = 4104}, ERR_INVALID},
    {{.common_name = MAC, .curve = "P-384"}, ERR_INVALID},
    {{.common_name = MAC, .curve = "secp256k1"}, ERR_INVALID},
    {{.common_name = NULL}, ERR_INVALID},
    {{.common_name = MAC, .other_name = "84f3eb000002"}, ERR_INVALID},
    {{.common_name = MAC, .other_name = MAC}, ERR_INVALID},
    {{.common_name = LONG_64}, 0},
    {{.common_name = MAC, .challenge = LONG_64}, 0},
    {{.common_name = MAC, .challenge = LONG_64 "a"}, ERR_INVALID},
    {{.common_name = MAC, .challenge = "a", .again = "b"}, ERR_INVALID},
};

static void keys_and_names_are_judged(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct certificate_request request;

        if (parse(&cases[i].fixture, &request) != cases[i].rc)
            fail_msg("case %zu", i);
    }
}

// Of an attribute that stands there twice OpenSSL makes none: the second begins as another.
static void a_challenge_stands_there_once(void **state)
{
    static const struct request_fixture fixture = {
        .common_name = MAC, .challenge = "once", .unstructured = "again"};
    static const uint8_t oid[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x02};
    uint8_t der[REQUEST_FIXTURE_MAX];
    size_t n = request_fixture_make(&fixture, der);
    uint8_t *found = memmem(der, n, oid, sizeof oid);
    struct certificate_request request;
    struct err err = {0};

    (void)state;
    assert_int_equal(certificate_request_parse(der, n, &request, NULL), 0);
    assert_non_null(found);
    found[sizeof oid - 1] = 0x07;
    assert_int_equal(certificate_request_parse(der, n, &request, NULL), ERR_INVALID);
    assert_int_equal(certificate_request_parse(der, n, &request, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "challengePassword"));
}

static void only_good_digests_prove(void **state)
{
    const struct {
        const EVP_MD *digest;
        int rc;
    } digests[] = {{EVP_sha1(), ERR_INVALID}, {EVP_md5(), ERR_INVALID}, {EVP_sha224(), ERR_INVALID},
        {EVP_sha384(), 0}, {EVP_sha512(), 0}};

    (void)state;
    for (size_t i = 0; i < sizeof digests / sizeof digests[0]; i++) {
        struct request_fixture fixture = {
            .common_name = MAC, .rsa_bits = 2048, .digest = digests[i].digest};
        struct certificate_request request;

        if (parse(&fixture, &request) != digests[i].rc)
            fail_msg("digest %zu", i);
    }
}

static void somebody_elses_key_is_not_asked_for(void **state)
{
    static const struct request_fixture fixture = {.common_name = MAC};
    uint8_t der[REQUEST_FIXTURE_MAX];
    EVP_PKEY *own = EVP_EC_gen("P-256");
    EVP_PKEY *other = EVP_EC_gen("P-256");
    size_t n = request_fixture_sign(&fixture, own, other, der);
    struct certificate_request request;
    struct err err = {0};

    (void)state;
    assert_int_equal(certificate_request_parse(der, n, &request, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "not signed by its own key"));
    n = request_fixture_sign(&fixture, own, own, der);
    assert_int_equal(certificate_request_parse(der, n, &request, &err), 0);
    EVP_PKEY_free(own);
    EVP_PKEY_free(other);
}

// Where it says how many bits of the signature's last byte do not count: OpenSSL takes some for
// none.
static size_t find_unused_bits(const uint8_t *der, size_t n)
{
    for (size_t i = n - 3; i > 0; i--) {
        if (der[i] == 0x30 && i + 2 + der[i + 1] == n)
            return i - 1;
    }
    return 0;
}

static void each_byte_counts(void **state)
{
    static const struct request_fixture fixture = {.common_name = MAC};
    uint8_t der[REQUEST_FIXTURE_MAX];
    size_t n = request_fixture_make(&fixture, der);
    size_t unused = find_unused_bits(der, n);
    struct certificate_request request;

    (void)state;
    for (size_t i = 0; i < n; i++) {
        uint8_t *cut = malloc(i + 1); // one byte more than it is told

        memcpy(cut, der, i);
        if (certificate_request_parse(cut, i, &request, NULL) != ERR_INVALID)
            fail_msg("cut at %zu", i);
        free(cut);
        der[i] ^= 0x01;
        if (i != unused && certificate_request_parse(der, n, &request, NULL) == 0)
            fail_msg("byte %zu changed", i);
        der[i] ^= 0x01;
    }
    der[n] = 0;
    assert_int_equal(certificate_request_parse(der, n + 1, &request, NULL), ERR_INVALID);
    assert_int_equal(certificate_request_parse(der, n, &request, NULL), 0);
}

static void size_is_bounded(void **state)
{
    static const uint8_t zeros[CERTIFICATE_REQUEST_MAX + 1];
    struct certificate_request request;

    (void)state;
    assert_int_equal(certificate_request_parse(zeros, CERTIFICATE_REQUEST_MAX + 1, &request, NULL),
        ERR_TOO_LARGE);
    assert_int_equal(
        certificate_request_parse(zeros, CERTIFICATE_REQUEST_MAX, &request, NULL), ERR_INVALID);
    assert_int_equal(certificate_request_parse(zeros, 0, &request, NULL), ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_counts_is_read),
        cmocka_unit_test(what_does_not_count_is_ignored),
        cmocka_unit_test(keys_and_names_are_judged),
        cmocka_unit_test(a_challenge_stands_there_once),
        cmocka_unit_test(only_good_digests_prove),
        cmocka_unit_test(somebody_elses_key_is_not_asked_for),
        cmocka_unit_test(each_byte_counts),
        cmocka_unit_test(size_is_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
