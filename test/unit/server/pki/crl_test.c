// Revocation lists as their readers see them (RFC 5280, 5).
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/bn.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "server/base/file.h"
#include "server/pki/asn1_serial.h"
#include "server/pki/asn1_time.h"
#include "server/pki/crl.h"
#include "server/pki/crl_number.h"
#include "server/pki/pki_folder.h"
#include "test/unit/server/base/scratch.h"

#define NOW_MS INT64_C(1767225600000)
#define DAY_MS INT64_C(86400000)
#define LONGEST "ffffffffffffffffffffffffffffffffffffffff"

struct world {
    char *folder;
    struct issuer *issuer;
    X509 *ca;
};

static X509 *read_x509(const char *path)
{
    FILE *file = fopen(path, "r");
    X509 *x509 = PEM_read_X509(file, NULL, NULL, NULL);

    fclose(file);
    assert_non_null(x509);
    return x509;
}

static int set_up(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    struct pki_folder_pair pair;

    assert_int_equal(scratch_make((void **)&world->folder), 0);

    struct pki_folder_order order = {.folder = world->folder, .now_ms = NOW_MS};

    assert_int_equal(pki_folder_init(&order, "test CA", &pair, NULL), 0);
    assert_int_equal(pki_folder_open(world->folder, &world->issuer, NULL), 0);
    world->ca = read_x509(pair.public_path);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;

    issuer_free(world->issuer);
    X509_free(world->ca);
    assert_int_equal(scratch_remove((void **)&world->folder), 0);
    free(world);
    return 0;
}

static X509_CRL *sign(const struct world *world, const struct crl_order *order)
{
    struct err err = {0};
    int64_t until_ms = 0;
    char *pem = NULL;

    if (crl_sign(world->issuer, order, &pem, &until_ms, &err) < 0)
        fail_msg("%s", err.message);

    BIO *bio = BIO_new_mem_buf(pem, -1);
    X509_CRL *crl = PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL);

    assert_non_null(crl);
    assert_true(asn1_time_ms(X509_CRL_get0_nextUpdate(crl)) == until_ms);
    BIO_free(bio);
    free(pem);
    return crl;
}

static void assert_reason(const X509_REVOKED *revoked, int reason)
{
    int critical = 0;
    ASN1_ENUMERATED *code = X509_REVOKED_get_ext_d2i(revoked, NID_crl_reason, &critical, NULL);

    assert_int_equal(critical, code != NULL ? 0 : -1);
    assert_int_equal(code != NULL ? ASN1_ENUMERATED_get(code) : 0, reason);
    ASN1_ENUMERATED_free(code);
}

static void test_entries(void **state)
{
    static const struct crl_entry entries[] = {
        {"0a", NOW_MS - 1000, 1}, {LONGEST, NOW_MS - 2000, 6}, {"80", NOW_MS - 3000, 0},
        {"0a", NOW_MS - 4000, 5}, // again
        {"00", NOW_MS - 5000, 4},
        {"0b", INT64_C(2540000000000), 9}, // after 2049: another kind of date
    };
    struct world *world = *state;
    struct crl_order order = {.entries = entries, .count = 6, .number = 77, .now_ms = NOW_MS};
    X509_CRL *crl = sign(world, &order);
    EVP_PKEY *key = X509_get0_pubkey(world->ca);

    assert_int_equal(X509_CRL_verify(crl, key), 1);
    assert_int_equal(X509_CRL_get_version(crl), X509_CRL_VERSION_2);
    assert_int_equal(X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_subject_name(world->ca)), 0);
    assert_int_equal(sk_X509_REVOKED_num(X509_CRL_get_REVOKED(crl)), 5);
    for (size_t i = 0; i < 6; i++) {
        X509_REVOKED *revoked;
        BIGNUM *number = NULL;

        if (i == 3)
            continue;
        assert_true(BN_hex2bn(&number, entries[i].serial) > 0);

        ASN1_INTEGER *serial = BN_to_ASN1_INTEGER(number, NULL);

        assert_int_equal(X509_CRL_get0_by_serial(crl, &revoked, serial), 1);
        assert_true(asn1_time_ms(X509_REVOKED_get0_revocationDate(revoked)) == entries[i].at_ms);
        assert_reason(revoked, entries[i].reason);
        ASN1_INTEGER_free(serial);
        BN_free(number);
    }
    X509_CRL_free(crl);
}

static void test_extensions_and_dates(void **state)
{
    struct world *world = *state;
    struct crl_order order = {.number = UINT64_C(0x123456789abcdef0), .now_ms = NOW_MS};
    X509_CRL *crl = sign(world, &order);
    int critical = 7;
    uint64_t value = 0;
    ASN1_INTEGER *number = X509_CRL_get_ext_d2i(crl, NID_crl_number, &critical, NULL);
    AUTHORITY_KEYID *id = X509_CRL_get_ext_d2i(crl, NID_authority_key_identifier, NULL, NULL);

    assert_int_equal(ASN1_INTEGER_get_uint64(&value, number), 1);
    assert_true(value == order.number && critical == 0);
    assert_non_null(id);
    assert_int_equal(ASN1_OCTET_STRING_cmp(id->keyid, X509_get0_subject_key_id(world->ca)), 0);
    assert_true(asn1_time_ms(X509_CRL_get0_lastUpdate(crl)) == NOW_MS - 300000);
    assert_true(asn1_time_ms(X509_CRL_get0_nextUpdate(crl)) == NOW_MS + 30 * DAY_MS);
    assert_null(X509_CRL_get_REVOKED(crl));
    ASN1_INTEGER_free(number);
    AUTHORITY_KEYID_free(id);
    X509_CRL_free(crl);
}

static void test_no_list_outlives_its_ca(void **state)
{
    struct world *world = *state;
    struct crl_order order = {.days = 7300, .number = 1, .now_ms = NOW_MS};
    struct err err;
    int64_t until_ms;
    char *pem;

    X509_CRL_free(sign(world, &order));
    order.days = 7301;
    assert_int_equal(crl_sign(world->issuer, &order, &pem, &until_ms, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "at most 7300"));
    order.days = 0;
    order.now_ms = NOW_MS + 7290 * DAY_MS;

    X509_CRL *crl = sign(world, &order);

    assert_true(asn1_time_ms(X509_CRL_get0_nextUpdate(crl)) == NOW_MS + 7300 * DAY_MS);
    X509_CRL_free(crl);
    order.now_ms = NOW_MS + 7300 * DAY_MS;
    assert_int_equal(crl_sign(world->issuer, &order, &pem, &until_ms, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "ended at"));
}

static void test_what_is_no_serial_is_refused(void **state)
{
    static const char *const bad[] = {"", "0", "0A", "0a:0b", "xx", "000a"};
    struct world *world = *state;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct crl_entry entry = {.at_ms = NOW_MS};
        struct crl_order order = {.entries = &entry, .count = 1, .number = 1, .now_ms = NOW_MS};
        struct err err;
        int64_t until_ms;
        char *pem;

        snprintf(entry.serial, sizeof entry.serial, "%s", bad[i]);
        assert_int_equal(crl_sign(world->issuer, &order, &pem, &until_ms, &err), ERR_INVALID);
        assert_non_null(strstr(err.message, "cannot be in a list"));
    }
}

static void add_extension(X509 *x509, int nid, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

    assert_non_null(extension);
    assert_int_equal(X509_add_ext(x509, extension, -1), 1);
    X509_EXTENSION_free(extension);
}

// A CA of somebody else's making; without a key identifier.
static struct issuer *make_issuer(const char *folder, const char *usage)
{
    char certificate[SCRATCH_PATH_SIZE];
    char key[SCRATCH_PATH_SIZE];
    EVP_PKEY *pkey = EVP_EC_gen("P-256");
    X509 *x509 = X509_new();
    struct issuer *issuer;
    struct err err = {0};

    assert_int_equal(X509_set_version(x509, X509_VERSION_3), 1);
    assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(x509), 7), 1);
    assert_int_equal(X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_UTF8,
                         (const unsigned char *)"other CA", -1, -1, 0),
        1);
    assert_int_equal(X509_set_issuer_name(x509, X509_get_subject_name(x509)), 1);
    assert_non_null(ASN1_TIME_set(X509_getm_notBefore(x509), NOW_MS / 1000));
    assert_non_null(ASN1_TIME_set(X509_getm_notAfter(x509), NOW_MS / 1000 + 100 * 86400));
    assert_int_equal(X509_set_pubkey(x509, pkey), 1);
    add_extension(x509, NID_basic_constraints, "critical, CA:TRUE");
    add_extension(x509, NID_key_usage, usage);
    assert_true(X509_sign(x509, pkey, EVP_sha256()) > 0);
    scratch_path(folder, "other.crt", certificate);
    scratch_path(folder, "other.key", key);

    FILE *file = fopen(certificate, "w");

    assert_int_equal(PEM_write_X509(file, x509), 1);
    fclose(file);
    file = fopen(key, "w");
    assert_int_equal(chmod(key, 0600), 0);
    assert_int_equal(PEM_write_PrivateKey(file, pkey, NULL, NULL, 0, NULL, NULL), 1);
    fclose(file);
    if (issuer_load(certificate, key, &issuer, &err) < 0)
        fail_msg("%s", err.message);
    X509_free(x509);
    EVP_PKEY_free(pkey);
    return issuer;
}

static void test_a_ca_that_may_sign_none(void **state)
{
    struct world *world = *state;
    struct crl_order order = {.number = 1, .now_ms = NOW_MS};
    struct issuer *issuer = make_issuer(world->folder, "keyCertSign");
    int64_t until_ms;
    char *pem;
    struct err err;

    assert_int_equal(crl_sign(issuer, &order, &pem, &until_ms, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "cRLSign"));
    issuer_free(issuer);
    issuer = make_issuer(world->folder, "keyCertSign, cRLSign");
    assert_int_equal(crl_sign(issuer, &order, &pem, &until_ms, &err), 0);

    BIO *bio = BIO_new_mem_buf(pem, -1);
    X509_CRL *crl = PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL);
    AUTHORITY_KEYID *id = X509_CRL_get_ext_d2i(crl, NID_authority_key_identifier, NULL, NULL);

    assert_non_null(id); // by its name and serial
    assert_int_equal(ASN1_INTEGER_get(id->serial), 7);
    AUTHORITY_KEYID_free(id);
    X509_CRL_free(crl);
    BIO_free(bio);
    free(pem);
    issuer_free(issuer);
}

static void test_numbers_rise(void **state)
{
    static const char *const bad[] = {"", "x", "12 13", "123456789abcdef01", "FFFFFFFFFFFFFFFF"};
    struct world *world = *state;
    char path[SCRATCH_PATH_SIZE];
    uint64_t number = 0;
    struct err err;

    scratch_path(world->folder, "crlnumber", path);
    assert_int_equal(crl_number_take(world->folder, NOW_MS, &number, NULL), 0);
    assert_true(number == NOW_MS / 1000);
    assert_int_equal(crl_number_take(world->folder, NOW_MS, &number, NULL), 0);
    assert_true(number == NOW_MS / 1000 + 1);
    // However the clock is set.
    assert_int_equal(crl_number_take(world->folder, NOW_MS - 9 * DAY_MS, &number, NULL), 0);
    assert_true(number == NOW_MS / 1000 + 2);
    assert_int_equal(crl_number_take(world->folder, NOW_MS + DAY_MS, &number, NULL), 0);
    assert_true(number == NOW_MS / 1000 + DAY_MS / 1000);
    assert_int_equal(file_replace(path, (const uint8_t *)"FF0000000000\n", 13, 0600, NULL), 0);
    assert_int_equal(crl_number_take(world->folder, NOW_MS, &number, NULL), 0);
    assert_true(number == UINT64_C(0xff0000000001));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(
            file_replace(path, (const uint8_t *)bad[i], strlen(bad[i]), 0600, NULL), 0);
        assert_int_equal(crl_number_take(world->folder, NOW_MS, &number, &err), ERR_INVALID);
        assert_non_null(strstr(err.message, "crlnumber holds no number"));
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_entries),
        TEST(test_extensions_and_dates),
        TEST(test_no_list_outlives_its_ca),
        TEST(test_what_is_no_serial_is_refused),
        TEST(test_a_ca_that_may_sign_none),
        TEST(test_numbers_rise),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
