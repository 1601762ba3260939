// EST over TLS: who may ask what with which certificate, and what is answered.
#include "server/enrol/est_body.h"
#include "test/unit/server/enrol/est_place.h"

#include <openssl/pkcs7.h>

#define ENROLL "/.well-known/est/simpleenroll"
#define REENROLL "/.well-known/est/simplereenroll"
#define CACERTS "/.well-known/est/cacerts"
#define DER_PLEASE "Accept: application/pkix-cert\r\n"
#define HOUR_MS 3600000

static _Atomic int64_t clock_offset_ms;

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): names that ld --wrap makes
int64_t __real_clock_monotonic_ms(void);
int64_t __wrap_clock_monotonic_ms(void);

int64_t __wrap_clock_monotonic_ms(void)
{
    return __real_clock_monotonic_ms() + clock_offset_ms;
}
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)

static char *request_text(EVP_PKEY *key, const char *name, const char *code)
{
    struct est_request made;
    char *text;
    size_t n;

    est_request_make(key, name, code, &made);
    assert_int_equal(est_body_encode(made.der, made.n, &text, &n), 0);
    return text;
}

static void enroll_as(struct place *p, gnutls_certificate_credentials_t who, const char *path,
    const char *name, struct answer *out)
{
    EVP_PKEY *key = est_request_key();
    char *text = request_text(key, name, NULL);

    ask(p, who, path, DER_PLEASE, text, out);
    free(text);
    EVP_PKEY_free(key);
}

static void assert_is_ca(struct est_fixture *e, X509 *x509)
{
    char expected[DIGEST_SHA256_TEXT_SIZE];
    char found[DIGEST_SHA256_TEXT_SIZE];
    uint8_t *der = NULL;
    int n = i2d_X509(x509, &der);

    digest_sha256(der, (size_t)n, found);
    OPENSSL_free(der);
    assert_int_equal(issuer_fingerprint(e->ca, expected, NULL), 0);
    assert_string_equal(found, expected);
}

// Certificates and attributes are for everybody who is not refused otherwise.
static void test_open_paths(void **state)
{
    struct place p;
    struct answer a;
    uint8_t *der;
    size_t n;

    open_place(&p, *state, ENROL_POLICY_LISTED);
    for (int i = 0; i < 3; i++) {
        ask(&p, i == 0 ? p.nobody : i == 1 ? p.claim : p.device, CACERTS, "", NULL, &a);
        assert_says(&a, 200, "Content-Type: application/pkcs7-mime; smime-type=certs-only\r\n");
        assert_int_equal(a.body[a.n - 1], '\n');
        assert_int_equal(strcspn((const char *)a.body, "\n"), a.n - 1);
        assert_int_equal(est_body_decode(a.body, a.n, &der, &n, NULL), 0);

        const uint8_t *at = der;
        PKCS7 *pkcs7 = d2i_PKCS7(NULL, &at, (long)n);

        assert_non_null(pkcs7);
        assert_int_equal(sk_X509_num(pkcs7->d.sign->cert), 1);
        assert_is_ca(p.e, sk_X509_value(pkcs7->d.sign->cert, 0));
        PKCS7_free(pkcs7);
        free(der);
    }
    ask(&p, p.nobody, CACERTS, DER_PLEASE, NULL, &a);
    assert_says(&a, 200, "Content-Type: application/pkix-cert\r\n");

    const uint8_t *at = a.body;
    X509 *ca = d2i_X509(NULL, &at, (long)a.n);

    assert_non_null(ca);
    assert_is_ca(p.e, ca);
    X509_free(ca);
    ask(&p, p.nobody, "/.well-known/est/csrattrs", "", NULL, &a);
    assert_says(&a, 200, "Content-Type: application/csrattrs\r\n");
    assert_string_equal((const char *)a.body, "MCEwFQYHKoZIzj0CATEKBggqhkjOPQMBBwYIKoZIzj0EAwI=\n");
    ask(&p, p.claim, "/.well-known/est/serverkeygen", "", "", &a);
    assert_says(&a, 404, "");
    close_place(&p);
}

static void test_who_may(void **state)
{
    struct place p;
    struct answer a;

    open_place(&p, *state, ENROL_POLICY_LISTED);
    add_row(p.e->store, MAC_1, ENROLMENT_LISTED, "");
    enroll_as(&p, p.nobody, ENROLL, MAC_1, &a);
    assert_says(&a, 403, "takes a client certificate");
    enroll_as(&p, p.device, ENROLL, MAC_1, &a);
    assert_says(&a, 403, "takes a claim certificate");
    enroll_as(&p, p.nobody, REENROLL, MAC_3, &a);
    assert_says(&a, 403, "takes a client certificate");
    enroll_as(&p, p.claim, REENROLL, MAC_3, &a); // as for a first one
    assert_says(&a, 403, "not registered");
    assert_int_equal(p.e->signed_count, 0);
    enroll_as(&p, p.claim, ENROLL, MAC_2, &a);
    assert_says(&a, 403, "not registered");
    enroll_as(&p, p.claim, ENROLL, MAC_1, &a);
    assert_says(&a, 200, "application/pkix-cert");
    assert_int_equal(p.e->signed_count, 1);
    enroll_as(&p, p.device, REENROLL, MAC_2, &a);
    assert_says(&a, 403, "another than that of the certificate in use");
    enroll_as(&p, p.device, REENROLL, MAC_3, &a);
    assert_says(&a, 200, "application/pkix-cert");
    assert_int_equal(p.e->signed_count, 2);
    close_place(&p);
}

// What is answered is the certificate, in either form, and the same for the same request.
static void test_answers(void **state)
{
    struct place p;
    struct answer a, again;
    EVP_PKEY *key = est_request_key();
    char *text = request_text(key, MAC_1, NULL);
    uint8_t *der;
    size_t n;

    open_place(&p, *state, ENROL_POLICY_APPROVE);
    ask(&p, p.claim, ENROLL, DER_PLEASE, text, &a);
    assert_says(&a, 202, "Retry-After: 77\r\n");
    add_row(p.e->store, MAC_1, ENROLMENT_APPROVED, "");
    ask(&p, p.claim, ENROLL, DER_PLEASE, text, &a);
    assert_says(&a, 200, "Content-Type: application/pkix-cert\r\n");

    const uint8_t *at = a.body;
    X509 *x509 = d2i_X509(NULL, &at, (long)a.n);

    assert_non_null(x509);
    assert_int_equal(EVP_PKEY_eq(X509_get0_pubkey(x509), key), 1);
    ask(&p, p.claim, ENROLL, DER_PLEASE, text, &again);
    assert_int_equal(again.n, a.n);
    assert_memory_equal(again.body, a.body, a.n);
    ask(&p, p.claim, ENROLL, "Content-Transfer-Encoding: 8bit\r\n", text, &again);
    assert_says(&again, 200, "Content-Type: application/pkcs7-mime; smime-type=certs-only\r\n");
    assert_int_equal(est_body_decode(again.body, again.n, &der, &n, NULL), 0);
    at = der;

    PKCS7 *pkcs7 = d2i_PKCS7(NULL, &at, (long)n);

    assert_non_null(pkcs7);
    assert_int_equal(sk_X509_num(pkcs7->d.sign->cert), 1);
    assert_int_equal(X509_cmp(sk_X509_value(pkcs7->d.sign->cert, 0), x509), 0);
    assert_int_equal(p.e->signed_count, 1);
    PKCS7_free(pkcs7);
    free(der);
    X509_free(x509);
    free(text);
    EVP_PKEY_free(key);
    close_place(&p);
}

static void test_bad_requests(void **state)
{
    static const char *const names[] = {
        "84F3EB000001", "84:f3:eb:00:00:01", "secureespd", "84f3eb00000", "84f3eb0000011"};
    struct place p;
    struct answer a;
    char large[ENROL_BODY_MAX + 2];

    open_place(&p, *state, ENROL_POLICY_APPROVE);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        enroll_as(&p, p.claim, ENROLL, names[i], &a);
        assert_says(&a, 400, "12 lower-case hex digits");
    }
    ask(&p, p.claim, ENROLL, "", "", &a);
    assert_says(&a, 400, "empty");
    ask(&p, p.claim, ENROLL, "", "{}", &a);
    assert_says(&a, 400, "neither base64 nor DER");
    ask(&p, p.claim, ENROLL, "", "MAA=", &a);
    assert_says(&a, 400, "no certificate request");
    memset(large, 'A', sizeof large);
    large[sizeof large - 1] = '\0';
    ask(&p, p.claim, ENROLL, "", large, &a);
    assert_says(&a, 413, "");
    assert_int_equal(fixture_query(p.e->store, "SELECT count(*) FROM enrolments"), 0);
    close_place(&p);
}

static void revoke_serial(struct est_fixture *e, const char *serial)
{
    struct revocation_list *list;

    assert_int_equal(revocation_list_new(1, &list), 0);
    assert_int_equal(revocation_list_add_serial(list, serial), 0);
    device_auth_set_revoked(e->auth, list);
}

static void add_counter(const char *name, uint64_t value, void *ctx)
{
    uint64_t *found = ctx;

    if (strcmp(name, "enrol_revoked_claims") == 0)
        *found = value;
}

static void test_revoked_claim(void **state)
{
    struct place p;
    struct answer a;
    uint64_t count = 0;

    open_place(&p, *state, ENROL_POLICY_APPROVE);
    revoke_serial(p.e, p.e->claim.serial);
    enroll_as(&p, p.claim, ENROLL, MAC_1, &a);
    assert_says(&a, 403, "claim certificate is revoked");
    enrol_each_counter(p.enrol, add_counter, &count);
    assert_int_equal(count, 1);
    fixture_flush(p.e->store);
    assert_int_equal(fixture_query(p.e->store,
                         "SELECT count(*) FROM certificates WHERE common_name = 'claim-2026'"),
        1);
    close_place(&p);
}

// Asks until that is too often, and returns how often it was not.
static int count_until_limited(
    struct place *p, gnutls_certificate_credentials_t who, const char *path, struct answer *a)
{
    int count = 0;

    for (;; count++) {
        ask(p, who, path, "", "{}", a);
        if (a->status == 429)
            return count;
        assert_in_range(count, 0, 500); // some come again with time
    }
}

static void test_limits(void **state)
{
    struct place p;
    struct answer a;

    open_place(&p, *state, ENROL_POLICY_LISTED);
    assert_in_range(count_until_limited(&p, p.claim, ENROLL, &a), 30, 100);
    assert_says(&a, 429, "Retry-After: ");
    assert_in_range(count_until_limited(&p, p.device, REENROLL, &a), 10, 20);
    clock_offset_ms += HOUR_MS;
    assert_int_equal(count_until_limited(&p, p.device, REENROLL, &a), 0);
    clock_offset_ms += 2 * HOUR_MS;
    assert_int_equal(count_until_limited(&p, p.device, REENROLL, &a), 1);
    (void)count_until_limited(&p, p.nobody, ENROLL, &a); // of the address, whoever it is
    assert_says(&a, 429, "too many requests");
    close_place(&p);
}

static void test_signer_is_away(void **state)
{
    static const struct {
        int rc, status;
        const char *text;
    } rows[] = {
        {ERR_UNAVAILABLE, 503, "Retry-After: "},
        {ERR_DENIED, 403, "the signer does not"},
        {ERR_INVALID, 400, "the signer does not"},
        {ERR_EXPIRED, 503, "Retry-After: "},
        {ERR_IO, 503, "Retry-After: "},
        {ERR_NO_MEMORY, 500, "no certificate could be made"},
    };
    struct place p;
    struct answer a;

    open_place(&p, *state, ENROL_POLICY_LISTED);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        add_row(p.e->store, MAC_1, ENROLMENT_LISTED, "");
        p.e->rc = rows[i].rc;
        enroll_as(&p, p.claim, ENROLL, MAC_1, &a);
        assert_says(&a, rows[i].status, rows[i].text);
    }
    close_place(&p);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, est_fixture_set_up, est_fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_open_paths),
        TEST(test_who_may),
        TEST(test_answers),
        TEST(test_bad_requests),
        TEST(test_revoked_claim),
        TEST(test_limits),
        TEST(test_signer_is_away),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
