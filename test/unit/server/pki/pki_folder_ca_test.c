// CAs below another.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "server/base/file.h"
#include "server/pki/authority.h"
#include "server/pki/certificate_check.h"
#include "server/pki/issued.h"
#include "server/pki/pki_folder.h"
#include "test/unit/server/base/scratch.h"

#define NOW_MS INT64_C(1767225600000)
#define DAY_MS INT64_C(86400000)
#define MAC "84f3eb012345"

static struct issuer *make_root(const char *folder, bool is_root)
{
    struct pki_folder_order order = {.folder = folder, .is_root = is_root, .now_ms = NOW_MS};
    struct pki_folder_pair pair;
    struct issuer *issuer;

    assert_int_equal(pki_folder_init(&order, "root", &pair, NULL), 0);
    assert_int_equal(pki_folder_open(folder, &issuer, NULL), 0);
    return issuer;
}

static int add_ca(const struct issuer *issuer, const char *folder, const char *target, int days)
{
    struct pki_folder_order order = {.folder = folder, .days = days, .now_ms = NOW_MS};
    struct pki_folder_ca ca = {.folder = target, .common_name = "devices"};
    struct pki_folder_pair pair;

    struct err err = {0};

    return pki_folder_add_ca(issuer, &order, &ca, &pair, &err);
}

static X509 *read_x509(const char *path)
{
    struct certificate *certificate;
    uint8_t *der;
    size_t n;

    assert_int_equal(certificate_load(path, &certificate, NULL), 0);
    assert_int_equal(
        certificate_check(certificate,
            strstr(path, "devices") != NULL ? CERTIFICATE_CHECK_DEVICE : CERTIFICATE_CHECK_CA,
            NOW_MS, NULL),
        0);
    assert_int_equal(certificate_to_der(certificate, &der, &n, NULL), 0);
    certificate_free(certificate);

    const uint8_t *p = der;
    X509 *x509 = d2i_X509(NULL, &p, (long)n);

    free(der);
    return x509;
}

static X509 *read_ca(const char *folder)
{
    char path[SCRATCH_PATH_SIZE];

    scratch_path(folder, "ca.crt", path);
    return read_x509(path);
}

// Whether who knows the root alone takes the last of the chain with the other beside it.
static int verify(X509 *root, X509 *between, X509 *last)
{
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    STACK_OF(X509) *chain = sk_X509_new_null();

    X509_STORE_add_cert(store, root);
    sk_X509_push(chain, between);
    assert_int_equal(X509_STORE_CTX_init(ctx, store, last, chain), 1);
    X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(ctx), NOW_MS / 1000);

    int good = X509_verify_cert(ctx);

    sk_X509_free(chain);
    X509_STORE_CTX_free(ctx);
    X509_STORE_free(store);
    return good;
}

static void what_it_signs_is_the_roots_too(void **state)
{
    const char *folder = *state;
    char below[SCRATCH_PATH_SIZE];
    struct issuer *root = make_root(folder, true);
    struct issuer *issuer;
    struct pki_folder_pair pair;
    struct issued_state issued;

    scratch_path(folder, "below", below);
    assert_int_equal(add_ca(root, folder, below, 0), 0);
    assert_int_equal(issued_look(folder, &issued, NULL), 0);
    assert_int_equal(issued.count, 1);
    assert_int_equal(pki_folder_open(below, &issuer, NULL), 0);
    assert_int_equal(issuer_not_after_ms(issuer), NOW_MS + 3650 * DAY_MS);

    struct pki_folder_order order = {.folder = below, .now_ms = NOW_MS};

    assert_int_equal(pki_folder_add_device(issuer, &order, MAC, &pair, NULL), 0);

    X509 *root_x509 = read_ca(folder);
    X509 *below_x509 = read_ca(below);
    X509 *device = read_x509(pair.public_path);

    assert_int_equal(X509_get_pathlen(root_x509), 1);
    assert_int_equal(X509_get_pathlen(below_x509), 0);
    assert_non_null(X509_get0_authority_key_id(below_x509));
    assert_int_equal(verify(root_x509, below_x509, device), 1);
    X509_free(root_x509);
    X509_free(below_x509);
    X509_free(device);
    issuer_free(issuer);
    issuer_free(root);
}

// Nothing else than the file that holds its certificate.
static void who_knows_it_takes_what_it_signs(void **state)
{
    const char *folder = *state;
    char below[SCRATCH_PATH_SIZE];
    char path[SCRATCH_PATH_SIZE];
    struct issuer *root = make_root(folder, true);
    struct issuer *issuer;
    struct pki_folder_pair pair;
    struct authority *authority;
    struct certificate *certificate;

    scratch_path(folder, "below", below);
    assert_int_equal(add_ca(root, folder, below, 0), 0);
    assert_int_equal(pki_folder_open(below, &issuer, NULL), 0);

    struct pki_folder_order order = {.folder = below, .now_ms = NOW_MS};

    assert_int_equal(pki_folder_add_device(issuer, &order, MAC, &pair, NULL), 0);
    assert_int_equal(certificate_load(pair.public_path, &certificate, NULL), 0);
    scratch_path(below, "ca.crt", path);
    assert_int_equal(authority_load(path, &authority, NULL), 0);
    assert_int_equal(authority_vouches(authority, certificate, NULL), 0);
    authority_free(authority);
    scratch_path(folder, "ca.crt", path);
    assert_int_equal(authority_load(path, &authority, NULL), 0);
    assert_int_equal(authority_vouches(authority, certificate, NULL), ERR_UNTRUSTED);
    authority_free(authority);
    certificate_free(certificate);
    issuer_free(issuer);
    issuer_free(root);
}

static void not_below_every_ca(void **state)
{
    const char *folder = *state;
    char below[SCRATCH_PATH_SIZE];
    char further[SCRATCH_PATH_SIZE];
    struct issuer *root = make_root(folder, true);
    struct issuer *issuer;

    scratch_path(folder, "below", below);
    scratch_path(folder, "further", further);
    assert_int_equal(add_ca(root, folder, folder, 0), ERR_INVALID);
    assert_int_equal(add_ca(root, folder, below, 7301), ERR_INVALID);
    assert_int_equal(add_ca(root, folder, below, 10), 0);
    assert_int_equal(add_ca(root, folder, below, 10), ERR_CONFLICT);
    assert_int_equal(pki_folder_open(below, &issuer, NULL), 0);
    assert_int_equal(add_ca(issuer, below, further, 5), ERR_INVALID);
    assert_int_equal(scratch_mode(further), -1);
    issuer_free(issuer);
    issuer_free(root);
}

static void not_below_one_that_is_no_root(void **state)
{
    char below[SCRATCH_PATH_SIZE];
    struct issuer *issuer = make_root(*state, false);

    scratch_path(*state, "below", below);
    assert_int_equal(add_ca(issuer, *state, below, 0), ERR_INVALID);
    issuer_free(issuer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_make, scratch_remove)
        TEST(what_it_signs_is_the_roots_too),
        TEST(who_knows_it_takes_what_it_signs),
        TEST(not_below_every_ca),
        TEST(not_below_one_that_is_no_root),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
