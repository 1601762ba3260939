// Issued certificates, as the authority judges them.
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/base/file.h"
#include "server/pki/authority.h"
#include "server/pki/issuer.h"
#include "server/pki/pem.h"
#include "server/pki/pki_folder.h"
#include "test/unit/server/base/scratch.h"

#define NOW_MS INT64_C(1767225600000) // 2026-01-01
#define DAY_MS INT64_C(86400000)
#define MAC "84f3eb012345"

struct der {
    uint8_t *p;
    size_t n;
};

static struct der read_der(const char *path)
{
    struct der der;
    uint8_t *pem;
    size_t n;

    assert_int_equal(file_read(path, 65536, &pem, &n, NULL), 0);
    assert_int_equal(pem_to_der(pem, n, &der.p, &der.n, NULL), 0);
    free(pem);
    return der;
}

static struct pki_folder_order order_in(const char *folder)
{
    return (struct pki_folder_order){.folder = folder, .now_ms = NOW_MS};
}

static struct issuer *make_ca(const char *folder, struct pki_folder_pair *pair)
{
    struct pki_folder_order order = order_in(folder);
    struct issuer *issuer;

    assert_int_equal(pki_folder_init(&order, "test CA", pair, NULL), 0);
    assert_int_equal(pki_folder_open(folder, &issuer, NULL), 0);
    return issuer;
}

static struct der make_device(const struct issuer *issuer, const struct pki_folder_order *order)
{
    struct pki_folder_pair pair;

    assert_int_equal(pki_folder_add_device(issuer, order, MAC, &pair, NULL), 0);
    return read_der(pair.public_path);
}

// code: 0 if any will do.
static void expect_denied(
    const struct authority *authority, struct der der, int64_t now_ms, int code, const char *why)
{
    struct certificate_facts facts;
    struct err err = {0};

    int rc = authority_judge_client(authority, der.p, der.n, now_ms, &facts, &err);

    assert_true(rc < 0);
    if (code != 0)
        assert_int_equal(rc, code);
    if (strstr(err.message, why) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.message, why);
}

static void expect_good(const struct authority *authority, struct der der, int64_t now_ms)
{
    struct certificate_facts facts;
    struct err err = {0};

    if (authority_judge_client(authority, der.p, der.n, now_ms, &facts, &err) < 0)
        fail_msg("%s", err.message);
    assert_string_equal(facts.common_name, MAC);
}

static void test_good_and_dates(void **state)
{
    struct pki_folder_pair ca;
    struct issuer *issuer = make_ca(*state, &ca);
    struct pki_folder_order order = order_in(*state);
    struct authority *authority;
    struct certificate_facts facts;
    char digest[DIGEST_SHA256_TEXT_SIZE];

    order.days = 10;

    struct der der = make_device(issuer, &order);

    assert_int_equal(authority_load(ca.public_path, &authority, NULL), 0);
    assert_int_equal(authority_judge_client(authority, der.p, der.n, NOW_MS, &facts, NULL), 0);
    assert_string_equal(facts.common_name, MAC);
    assert_true(facts.not_before_ms == NOW_MS - 300000);
    assert_true(facts.not_after_ms == NOW_MS + 10 * DAY_MS);
    digest_sha256(der.p, der.n, digest);
    assert_string_equal(facts.fingerprint, digest);
    expect_good(authority, der, NOW_MS - 300000);
    expect_good(authority, der, NOW_MS + 10 * DAY_MS - 1000);
    expect_denied(authority, der, NOW_MS + 10 * DAY_MS + 1000, ERR_EXPIRED,
        "expired on 2026-01-11T00:00:00Z");
    free(der.p);
    authority_free(authority);
    issuer_free(issuer);
}

static void test_not_yet_valid(void **state)
{
    struct pki_folder_pair ca;
    struct issuer *issuer = make_ca(*state, &ca);
    struct pki_folder_order order = order_in(*state);
    struct authority *authority;

    order.now_ms = NOW_MS + DAY_MS;

    struct der der = make_device(issuer, &order);

    assert_int_equal(authority_load(ca.public_path, &authority, NULL), 0);
    expect_denied(authority, der, NOW_MS, ERR_EXPIRED, "not valid before 2026-01-01T23:55:00Z");
    expect_denied(authority, der, NOW_MS - DAY_MS, 0, "not");
    free(der.p);
    authority_free(authority);
    issuer_free(issuer);
}

static void test_foreign_ca_of_the_same_name(void **state)
{
    char other_folder[SCRATCH_PATH_SIZE];
    struct pki_folder_pair ca;
    struct pki_folder_pair other;
    struct authority *authority;

    scratch_path(*state, "other", other_folder);

    struct issuer *issuer = make_ca(*state, &ca);
    struct issuer *foreign = make_ca(other_folder, &other);
    struct pki_folder_order order = order_in(*state);
    struct der der = make_device(foreign, &order);

    assert_int_equal(authority_load(ca.public_path, &authority, NULL), 0);
    expect_denied(authority, der, NOW_MS, ERR_UNTRUSTED, "not signed by the CA of");
    expect_denied(authority, der, NOW_MS, ERR_UNTRUSTED, ca.public_path);
    free(der.p);
    authority_free(authority);
    issuer_free(issuer);
    issuer_free(foreign);
}

static void expect_fingerprints(
    const struct authority *authority, const struct issuer *first, const struct issuer *second)
{
    const struct issuer *const issuers[] = {first, second};
    char found[AUTHORITY_CA_MAX][DIGEST_SHA256_TEXT_SIZE];
    char fingerprint[DIGEST_SHA256_TEXT_SIZE];

    assert_int_equal(authority_copy_fingerprints(authority, found), 2);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(issuer_fingerprint(issuers[i], fingerprint, NULL), 0);
        assert_string_equal(found[i], fingerprint);
        assert_true(authority_has(authority, fingerprint));
    }
}

// While a CA is being replaced both vouch, whatever their order and though they share a name.
static void test_two_cas(void **state)
{
    char other_folder[SCRATCH_PATH_SIZE];
    char both_path[SCRATCH_PATH_SIZE];
    char both[8192];
    struct pki_folder_pair pairs[2];
    struct authority *authority;
    uint8_t *pem[2];
    size_t n;

    scratch_path(*state, "other", other_folder);
    scratch_path(*state, "both.crt", both_path);

    struct issuer *old = make_ca(*state, &pairs[0]);
    struct issuer *new = make_ca(other_folder, &pairs[1]);
    struct pki_folder_order order = order_in(*state);
    struct der ders[2];

    order.force = true;
    ders[0] = make_device(old, &order);
    ders[1] = make_device(new, &order);
    for (int i = 0; i < 2; i++)
        assert_int_equal(file_read(pairs[i].public_path, 65536, &pem[i], &n, NULL), 0);
    for (int i = 0; i < 2; i++) {
        snprintf(both, sizeof both, "%s%s", (char *)pem[i], (char *)pem[1 - i]);
        assert_int_equal(file_replace(both_path, (uint8_t *)both, strlen(both), 0600, NULL), 0);
        assert_int_equal(authority_load(both_path, &authority, NULL), 0);
        expect_fingerprints(authority, i == 0 ? old : new, i == 0 ? new : old);
        expect_good(authority, ders[0], NOW_MS);
        expect_good(authority, ders[1], NOW_MS);
        expect_denied(
            authority, ders[0], NOW_MS + 4000 * DAY_MS, ERR_EXPIRED, "certificate expired on");
        expect_denied(
            authority, ders[1], NOW_MS + 4000 * DAY_MS, ERR_EXPIRED, "certificate expired on");
        authority_free(authority);
    }
    for (int i = 0; i < 2; i++) {
        free(ders[i].p);
        free(pem[i]);
    }
    issuer_free(old);
    issuer_free(new);
}

static void test_expired_ca(void **state)
{
    struct pki_folder_pair ca;
    struct issuer *issuer = make_ca(*state, &ca);
    struct pki_folder_order order = order_in(*state);
    struct authority *authority;

    order.days = 7300; // both end together
    struct der der = make_device(issuer, &order);

    assert_int_equal(authority_load(ca.public_path, &authority, NULL), 0);
    expect_denied(authority, der, NOW_MS + 7301 * DAY_MS, ERR_EXPIRED, "expired");
    free(der.p);
    authority_free(authority);
    issuer_free(issuer);
}

// The CA's own certificate is no client's.
static void test_purpose(void **state)
{
    struct pki_folder_pair ca;
    struct issuer *issuer = make_ca(*state, &ca);
    struct der der = read_der(ca.public_path);
    struct authority *authority;

    assert_int_equal(authority_load(ca.public_path, &authority, NULL), 0);
    expect_denied(authority, der, NOW_MS, ERR_INVALID, "not for client authentication");
    free(der.p);
    authority_free(authority);
    issuer_free(issuer);
}

static void test_damaged(void **state)
{
    struct pki_folder_pair ca;
    struct issuer *issuer = make_ca(*state, &ca);
    struct pki_folder_order order = order_in(*state);
    struct der der = make_device(issuer, &order);
    struct authority *authority;

    assert_int_equal(authority_load(ca.public_path, &authority, NULL), 0);
    for (size_t n = 0; n < der.n; n += 3)
        expect_denied(authority, (struct der){der.p, n}, NOW_MS, 0, "");

    uint8_t *longer = calloc(1, der.n + 1);

    memcpy(longer, der.p, der.n);
    expect_denied(
        authority, (struct der){longer, der.n + 1}, NOW_MS, ERR_INVALID, "no certificate");
    free(longer);
    der.p[der.n - 1] ^= 1; // in the signature
    expect_denied(authority, der, NOW_MS, ERR_UNTRUSTED, "not signed by the CA of");
    der.p[der.n - 1] ^= 1;
    for (size_t i = 0; i < der.n; i += 5) {
        der.p[i] ^= 4;
        expect_denied(authority, der, NOW_MS, 0, "");
        der.p[i] ^= 4;
    }
    free(der.p);
    authority_free(authority);
    issuer_free(issuer);
}

static void test_load_refuses(void **state)
{
    struct pki_folder_pair ca;
    struct pki_folder_pair device;
    struct issuer *issuer = make_ca(*state, &ca);
    struct pki_folder_order order = order_in(*state);
    struct authority *authority;
    struct err err;
    char path[SCRATCH_PATH_SIZE];

    scratch_path(*state, "none", path);
    assert_int_equal(authority_load(path, &authority, &err), ERR_NOT_FOUND);
    assert_int_equal(authority_load(ca.key_path, &authority, &err), ERR_INVALID);
    assert_int_equal(pki_folder_add_device(issuer, &order, MAC, &device, NULL), 0);
    assert_int_equal(authority_load(device.public_path, &authority, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "not a CA's"));
    authority_free(NULL);
    issuer_free(issuer);
}

struct worker {
    const struct authority *authority;
    struct der der;
    int failures;
};

static void *judge_often(void *ctx)
{
    struct worker *worker = ctx;
    struct certificate_facts facts;

    for (int i = 0; i < 50; i++)
        worker->failures += authority_judge_client(worker->authority, worker->der.p, worker->der.n,
                                NOW_MS, &facts, NULL) != 0;
    return NULL;
}

static void test_threads(void **state)
{
    struct pki_folder_pair ca;
    struct issuer *issuer = make_ca(*state, &ca);
    struct pki_folder_order order = order_in(*state);
    struct authority *authority;
    struct worker workers[4];
    pthread_t threads[4];

    assert_int_equal(authority_load(ca.public_path, &authority, NULL), 0);

    struct der der = make_device(issuer, &order);

    for (int i = 0; i < 4; i++) {
        workers[i] = (struct worker){.authority = authority, .der = der};
        assert_int_equal(pthread_create(&threads[i], NULL, judge_often, &workers[i]), 0);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(workers[i].failures, 0);
    }
    free(der.p);
    authority_free(authority);
    issuer_free(issuer);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_good_and_dates),
        TEST(test_not_yet_valid),
        TEST(test_foreign_ca_of_the_same_name),
        TEST(test_two_cas),
        TEST(test_expired_ca),
        TEST(test_purpose),
        TEST(test_damaged),
        TEST(test_load_refuses),
        TEST(test_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
