// Certificate requests: what is read of them, and which are none.
#include "server/pki/enrolment_request.h"
#include "test/unit/server/pki/request_fixture.h"

#include <stdlib.h>

#define MAC "84f3eb000001"

static void assert_refused(const struct request_fixture *made, int code, const char *reason)
{
    struct enrolment_request request;
    struct err err = {0};

    memset(&request, 0xa5, sizeof request);
    assert_int_equal(enrolment_request_read(made->der, made->n, &request, &err), code);
    if (strstr(err.message, reason) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.message, reason);
    assert_int_equal((unsigned char)request.common_name[0], 0xa5);
}

static void test_reads(void **state)
{
    EVP_PKEY *key = request_fixture_key();
    EVP_PKEY *other = request_fixture_key();
    struct request_fixture made;
    struct enrolment_request one, same, another;

    (void)state;
    request_fixture_make(key, MAC, NULL, &made);
    assert_int_equal(enrolment_request_read(made.der, made.n, &one, NULL), 0);
    assert_string_equal(one.common_name, MAC);
    assert_string_equal(one.code, "");
    assert_int_equal(strlen(one.key_sha256), 64);
    request_fixture_make(key, "84f3eb000002", "7k3m9x2v1q", &made);
    assert_int_equal(enrolment_request_read(made.der, made.n, &same, NULL), 0);
    assert_string_equal(same.common_name, "84f3eb000002");
    assert_string_equal(same.code, "7k3m9x2v1q");
    assert_string_equal(same.key_sha256, one.key_sha256);
    request_fixture_make(other, MAC, NULL, &made);
    assert_int_equal(enrolment_request_read(made.der, made.n, &another, NULL), 0);
    assert_string_not_equal(another.key_sha256, one.key_sha256);
    EVP_PKEY_free(key);
    EVP_PKEY_free(other);
}

// A request that another library encodes its code for.
static void test_codes(void **state)
{
    static const int types[] = {
        V_ASN1_UTF8STRING, V_ASN1_PRINTABLESTRING, V_ASN1_T61STRING, V_ASN1_IA5STRING};
    EVP_PKEY *key = request_fixture_key();
    struct request_fixture made;
    struct enrolment_request request;
    char longest[ENROLMENT_REQUEST_CODE_SIZE + 1];

    (void)state;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        X509_REQ *req = request_fixture_begin(key);

        request_fixture_add_name(req, "CN", MAC);
        request_fixture_add_code(req, types[i], "code");
        request_fixture_sign(req, key, &made);
        X509_REQ_free(req);
        assert_int_equal(enrolment_request_read(made.der, made.n, &request, NULL), 0);
        assert_string_equal(request.code, "code");
    }
    memset(longest, 'x', sizeof longest);
    longest[ENROLMENT_REQUEST_CODE_SIZE] = '\0';
    request_fixture_make(key, MAC, longest, &made);
    assert_refused(&made, ERR_INVALID, "challengePassword");
    longest[ENROLMENT_REQUEST_CODE_SIZE - 1] = '\0';
    request_fixture_make(key, MAC, longest, &made);
    assert_int_equal(enrolment_request_read(made.der, made.n, &request, NULL), 0);
    assert_string_equal(request.code, longest);
    request_fixture_make(key, MAC, "", &made);
    assert_refused(&made, ERR_INVALID, "challengePassword");
    EVP_PKEY_free(key);
}

static void add_number_as_code(X509_REQ *request)
{
    ASN1_INTEGER *number = ASN1_INTEGER_new();

    request_fixture_add_name(request, "CN", MAC);
    ASN1_INTEGER_set(number, 7);
    assert_int_equal(X509_REQ_add1_attr_by_NID(request, NID_pkcs9_challengePassword, V_ASN1_INTEGER,
                         (const uint8_t *)number, -1),
        1);
    ASN1_INTEGER_free(number);
}

static void add_nothing(X509_REQ *request)
{
    (void)request;
}

static void add_two_names(X509_REQ *request)
{
    request_fixture_add_name(request, "CN", MAC);
    request_fixture_add_name(request, "CN", "84f3eb000002");
}

static void add_unit(X509_REQ *request)
{
    request_fixture_add_name(request, "CN", MAC);
    request_fixture_add_name(request, "OU", "monitor");
}

static void add_unit_alone(X509_REQ *request)
{
    request_fixture_add_name(request, "OU", MAC);
}

static void add_nul(X509_REQ *request)
{
    assert_int_equal(X509_NAME_add_entry_by_txt(X509_REQ_get_subject_name(request), "CN",
                         MBSTRING_UTF8, (const uint8_t *)MAC "\0x", sizeof MAC + 1, -1, 0),
        1);
}

static void test_refuses(void **state)
{
    static const struct {
        void (*add)(X509_REQ *request);
        const char *reason;
    } rows[] = {
        {add_nothing, "common name and nothing else"},
        {add_two_names, "common name and nothing else"},
        {add_unit, "common name and nothing else"},
        {add_unit_alone, "common name and nothing else"},
        {add_nul, "unusable"},
        {add_number_as_code, "challengePassword"},
    };
    EVP_PKEY *key = request_fixture_key();
    struct request_fixture made;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        X509_REQ *request = request_fixture_begin(key);

        rows[i].add(request);
        request_fixture_sign(request, key, &made);
        X509_REQ_free(request);
        assert_refused(&made, ERR_INVALID, rows[i].reason);
    }
    EVP_PKEY_free(key);
}

// Who has not the key gets no certificate for it.
static void test_needs_the_key(void **state)
{
    EVP_PKEY *key = request_fixture_key();
    EVP_PKEY *other = request_fixture_key();
    X509_REQ *request = request_fixture_begin(key);
    struct request_fixture made;

    (void)state;
    request_fixture_add_name(request, "CN", MAC);
    request_fixture_sign(request, other, &made);
    X509_REQ_free(request);
    assert_refused(&made, ERR_INVALID, "not signed with the key");
    EVP_PKEY_free(key);
    EVP_PKEY_free(other);
}

static void test_truncated(void **state)
{
    EVP_PKEY *key = request_fixture_key();
    struct request_fixture made;
    struct request_fixture cut;

    (void)state;
    request_fixture_make(key, MAC, "code", &made);
    for (size_t n = 0; n < made.n; n++) {
        memcpy(cut.der, made.der, n);
        cut.n = n;
        assert_refused(&cut, ERR_INVALID, "no certificate request");
    }
    cut = made;
    cut.der[cut.n++] = 0;
    assert_refused(&cut, ERR_INVALID, "no certificate request");
    cut.n = ENROLMENT_REQUEST_MAX + 1;
    assert_refused(&cut, ERR_TOO_LARGE, "4096");
    EVP_PKEY_free(key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads),
        cmocka_unit_test(test_codes),
        cmocka_unit_test(test_refuses),
        cmocka_unit_test(test_needs_the_key),
        cmocka_unit_test(test_truncated),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
