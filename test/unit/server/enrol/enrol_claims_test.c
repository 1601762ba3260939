// Claim certificates: of their own CA, and of no device's name.
#include "server/enrol/enrol_claims.h"
#include "server/base/file.h"
#include "test/unit/server/enrol/est_fixture.h"

static void read_der(const char *path, uint8_t **der, size_t *n)
{
    uint8_t *pem;
    size_t size;

    assert_int_equal(file_read(path, 65536, &pem, &size, NULL), 0);
    assert_int_equal(pem_to_der(pem, size, der, n, NULL), 0);
    free(pem);
}

static int judge_file(struct enrol_claims *claims, const char *path)
{
    struct certificate_facts facts;
    uint8_t *der;
    size_t n;

    read_der(path, &der, &n);

    int rc = enrol_claims_judge(claims, der, n, &facts, NULL);

    free(der);
    return rc;
}

static void test_judges(void **state)
{
    struct est_fixture *e = *state;
    struct enrol_claims *claims;
    struct certificate *certificate;
    struct est_request made;
    struct certificate_facts facts;
    EVP_PKEY *key = est_request_key();
    uint8_t *der;
    size_t n;

    assert_int_equal(enrol_claims_new(e->claim_ca, e->auth, &claims, NULL), 0);
    assert_int_equal(judge_file(claims, e->claim.public_path), 0);
    assert_int_equal(judge_file(claims, e->device.public_path), ERR_UNTRUSTED);
    assert_int_equal(judge_file(claims, e->server.public_path), ERR_UNTRUSTED);
    est_request_make(key, "84:F3:EB:00:00:01", NULL, &made);
    certificate = est_request_issue(e->other_ca, made.der, made.n, NULL);
    assert_int_equal(certificate_to_der(certificate, &der, &n, NULL), 0);
    assert_int_equal(enrol_claims_judge(claims, der, n, &facts, NULL), ERR_DENIED);
    free(der);
    certificate_free(certificate);
    EVP_PKEY_free(key);
    enrol_claims_free(claims);
    enrol_claims_free(NULL);
}

// One that is trusted everywhere else would open everything.
static void test_is_a_ca_of_its_own(void **state)
{
    struct est_fixture *e = *state;
    struct enrol_claims *claims = NULL;
    struct err err = {0};

    assert_int_equal(enrol_claims_new(e->device_ca, e->auth, &claims, &err), ERR_CONFLICT);
    assert_non_null(strstr(err.message, "another CA"));
    assert_null(claims);
    assert_int_equal(enrol_claims_new("/none", e->auth, &claims, &err), ERR_NOT_FOUND);
}

static void copy(const char *from, const char *to)
{
    uint8_t *bytes;
    size_t n;

    assert_int_equal(file_read(from, 65536, &bytes, &n, NULL), 0);
    assert_int_equal(file_replace(to, bytes, n, 0600, NULL), 0);
    free(bytes);
}

static void test_reload(void **state)
{
    struct est_fixture *e = *state;
    struct enrol_claims *claims;
    char path[SCRATCH_PATH_SIZE];

    scratch_path(e->store->folder, "claims.crt", path);
    copy(e->claim_ca, path);
    assert_int_equal(enrol_claims_new(path, e->auth, &claims, NULL), 0);
    copy(e->device_ca, path);
    assert_int_equal(enrol_claims_reload(claims, NULL), ERR_CONFLICT);
    assert_int_equal(judge_file(claims, e->claim.public_path), 0);
    assert_int_equal(judge_file(claims, e->device.public_path), ERR_UNTRUSTED);
    copy(e->claim_ca, path);
    assert_int_equal(enrol_claims_reload(claims, NULL), 0);
    assert_int_equal(judge_file(claims, e->claim.public_path), 0);
    enrol_claims_free(claims);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, est_fixture_set_up, est_fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_judges),
        TEST(test_is_a_ca_of_its_own),
        TEST(test_reload),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
