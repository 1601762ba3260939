// Tests of certification requests, by OpenSSL's parser.
#include "firmware/enrol/request.h"

#include <stdio.h>
#include <unistd.h>

#include <openssl/asn1.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

#include "test/unit/firmware/enrol_fixture.h"

#define SUBJECT_LINE "Subject: CN=84f3eb012345" // as RFC 2253 has it
#define SIGNATURES 1000
#define LONGEST "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-."
#define TOO_LONG "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-.x"

struct fixture {
    struct enrol_fixture base; // first
    mbedtls_pk_context key;
    struct request request;
    uint8_t der[REQUEST_MAX];
    char code[REQUEST_CODE_MAX + 1];
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    enrol_fixture_init(&f->base);
    enrol_fixture_read_key(HPKE_VECTOR_PRIVATE, HPKE_VECTOR_PUBLIC, &f->key);
    f->request = (struct request){&f->key, &f->base.random, ENROL_FIXTURE_MAC, NULL};
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    mbedtls_pk_free(&f->key);
    enrol_fixture_clear(&f->base);
    free(f);
    return 0;
}

// Into a buffer of as many bytes as the contract says. Returns the request's.
static size_t make(struct fixture *f)
{
    int n = request_write(&f->request, f->der, &f->base.failure);

    assert_true(n > 0 && n <= REQUEST_MAX);
    return (size_t)n;
}

static X509_REQ *parse(const uint8_t *der, size_t n)
{
    const uint8_t *p = der;
    X509_REQ *parsed = d2i_X509_REQ(NULL, &p, (long)n);

    assert_non_null(parsed);
    assert_ptr_equal(p, der + n);
    return parsed;
}

static void check_subject(X509_REQ *parsed)
{
    X509_NAME *subject = X509_REQ_get_subject_name(parsed);

    assert_int_equal(X509_NAME_entry_count(subject), 1);

    X509_NAME_ENTRY *entry = X509_NAME_get_entry(subject, 0);
    const ASN1_STRING *value = X509_NAME_ENTRY_get_data(entry);

    assert_int_equal(OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry)), NID_commonName);
    assert_int_equal(ASN1_STRING_type(value), V_ASN1_UTF8STRING);
    assert_int_equal(ASN1_STRING_length(value), strlen(ENROL_FIXTURE_MAC));
    assert_memory_equal(ASN1_STRING_get0_data(value), ENROL_FIXTURE_MAC, strlen(ENROL_FIXTURE_MAC));
}

static void check_code(X509_REQ *parsed, const char *code)
{
    int at = X509_REQ_get_attr_by_NID(parsed, NID_pkcs9_challengePassword, -1);

    assert_int_equal(X509_REQ_get_attr_count(parsed), code == NULL ? 0 : 1);
    if (code == NULL)
        return;

    X509_ATTRIBUTE *attribute = X509_REQ_get_attr(parsed, at);
    const ASN1_STRING *value = X509_ATTRIBUTE_get0_data(attribute, 0, V_ASN1_PRINTABLESTRING, NULL);

    assert_int_equal(X509_ATTRIBUTE_count(attribute), 1);
    assert_non_null(value);
    assert_int_equal(ASN1_STRING_length(value), strlen(code));
    assert_memory_equal(ASN1_STRING_get0_data(value), code, strlen(code));
}

// ecdsa-with-SHA256, and nothing behind it, not even NULL.
static void check_algorithm(X509_REQ *parsed, const ASN1_BIT_STRING **signature)
{
    const X509_ALGOR *algorithm;
    const ASN1_OBJECT *name;
    int parameters;

    X509_REQ_get0_signature(parsed, signature, &algorithm);
    X509_ALGOR_get0(&name, &parameters, NULL, algorithm);
    assert_int_equal(OBJ_obj2nid(name), NID_ecdsa_with_SHA256);
    assert_int_equal(parameters, V_ASN1_UNDEF);
}

// OpenSSL, which writes DER, would write the same bytes.
static void check_der(X509_REQ *parsed, const uint8_t *der, size_t n)
{
    uint8_t *again = NULL;
    int size = i2d_re_X509_REQ_tbs(parsed, &again); // not from what it has read

    assert_true(size > 0);
    OPENSSL_free(again);
    again = NULL;
    size = i2d_X509_REQ(parsed, &again);
    assert_int_equal(size, n);
    assert_memory_equal(again, der, n);
    OPENSSL_free(again);
}

// Takes the signature apart. Returns the bytes of its numbers, r's and s's.
static void check_signature(X509_REQ *parsed, const ASN1_BIT_STRING *signature, size_t sizes[2])
{
    const uint8_t *const der = ASN1_STRING_get0_data(signature);
    const uint8_t *p = der;
    const int n = ASN1_STRING_length(signature);
    ECDSA_SIG *numbers = d2i_ECDSA_SIG(NULL, &p, n);
    uint8_t *again = NULL;

    assert_non_null(numbers);
    assert_ptr_equal(p, der + n);
    assert_int_equal(i2d_ECDSA_SIG(numbers, &again), n);
    assert_memory_equal(again, der, (size_t)n);
    sizes[0] = der[3];
    sizes[1] = der[5 + sizes[0]];
    assert_int_equal((size_t)n, 6 + sizes[0] + sizes[1]);
    assert_int_equal(X509_REQ_verify(parsed, X509_REQ_get0_pubkey(parsed)), 1);
    OPENSSL_free(again);
    ECDSA_SIG_free(numbers);
}

static void check(struct fixture *f, size_t n, size_t sizes[2])
{
    X509_REQ *parsed = parse(f->der, n);
    uint8_t point[65];
    uint8_t expected[65];
    size_t size = 0;
    const ASN1_BIT_STRING *signature;

    assert_int_equal(X509_REQ_get_version(parsed), 0);
    check_subject(parsed);
    check_code(parsed, f->request.code);
    assert_int_equal(EVP_PKEY_get_octet_string_param(
                         X509_REQ_get0_pubkey(parsed), "pub", point, sizeof point, &size),
        1);
    assert_int_equal(size, hpke_vector_bytes(HPKE_VECTOR_PUBLIC, expected));
    assert_memory_equal(point, expected, sizeof point);
    check_algorithm(parsed, &signature);
    check_signature(parsed, signature, sizes);
    check_der(parsed, f->der, n);
    X509_REQ_free(parsed);
}

// Codes of each length: the lengths around them take one byte, two and three.
static void test_codes(void **state)
{
    struct fixture *f = *state;
    size_t sizes[2];

    check(f, make(f), sizes);
    f->request.code = f->code;
    for (size_t n = 1; n <= REQUEST_CODE_MAX; n++) {
        memcpy(f->code, LONGEST, n);
        check(f, make(f), sizes);
    }
}

// The numbers of a signature are shorter than 32 bytes now and then, or have a zero before them.
static void test_signatures(void **state)
{
    struct fixture *f = *state;
    unsigned seen[2][40] = {{0}};

    f->request.code = f->code;
    for (unsigned i = 0; i < SIGNATURES; i++) {
        size_t sizes[2];

        snprintf(f->code, sizeof f->code, "%u", i);
        check(f, make(f), sizes);
        for (unsigned number = 0; number < 2; number++) {
            assert_true(sizes[number] > 0 && sizes[number] <= 33);
            seen[number][sizes[number] < 32 ? 31 : sizes[number]]++;
        }
    }
    for (unsigned number = 0; number < 2; number++) {
        print_message("%c: %u of 33 bytes, %u of 32, %u shorter\n", number == 0 ? 'r' : 's',
            seen[number][33], seen[number][32], seen[number][31]);
        assert_true(seen[number][33] > 0 && seen[number][32] > 0);
    }
    assert_true(seen[0][31] + seen[1][31] > 0);
}

// What the program says, of a file with the request.
static void run_openssl(struct fixture *f, size_t n, char *out, size_t size)
{
    char path[] = "/tmp/request-XXXXXX";
    char command[128];
    int fd = mkstemp(path);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, f->der, n), n);
    assert_int_equal(close(fd), 0);
    snprintf(command, sizeof command,
        "openssl req -inform DER -in %s -verify -noout -text -nameopt RFC2253 2>&1", path);

    FILE *pipe = popen(command, "r"); // NOLINT(cert-env33-c): a path of ours

    assert_non_null(pipe);
    out[fread(out, 1, size - 1, pipe)] = '\0';
    assert_int_equal(pclose(pipe), 0);
    assert_int_equal(unlink(path), 0);
}

static void test_program(void **state)
{
    static const char *const lines[] = {"erify OK", SUBJECT_LINE, "Public-Key: (256 bit)",
        "ASN1 OID: prime256v1", "Signature Algorithm: ecdsa-with-SHA256"};
    struct fixture *f = *state;
    char out[4096];

    for (int i = 0; i < 2; i++) {
        f->request.code = i == 0 ? NULL : "Code-42";
        run_openssl(f, make(f), out, sizeof out);
        for (size_t line = 0; line < sizeof lines / sizeof lines[0]; line++) {
            if (strstr(out, lines[line]) == NULL)
                fail_msg("no \"%s\" in: %s", lines[line], out);
        }
        assert_true((strstr(out, "challengePassword") != NULL) == (i == 1));
        assert_true((strstr(out, ":Code-42") != NULL) == (i == 1));
    }
}

static void test_refusals(void **state)
{
    static const char *const codes[] = {
        "", "a b", "a_b", "a*", "@", "a\n", "\xc3\xa4", "a\"", TOO_LONG};
    struct fixture *f = *state;
    struct made_key other;

    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        f->request.code = codes[i];
        assert_int_equal(
            request_write(&f->request, f->der, &f->base.failure), -RESULT_FILE_INVALID);
        assert_non_null(strstr(f->base.failure.detail, "code"));
    }
    f->request.code = "'(+,-./:=?)";
    (void)make(f);
    for (int i = 0; i < 2; i++) {
        if (i == 0)
            make_rsa_key(&f->base.maker, 2048, &other);
        else
            make_ec_key(&f->base.maker, MBEDTLS_ECP_DP_SECP384R1, &other);
        f->request.key = &other.pk;
        assert_int_equal(
            request_write(&f->request, f->der, &f->base.failure), -RESULT_FILE_INVALID);
        assert_non_null(strstr(f->base.failure.detail, "P-256"));
        made_key_clear(&other);
    }
    f->request.key = &f->key;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_codes),
        TEST(test_signatures),
        TEST(test_program),
        TEST(test_refusals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
