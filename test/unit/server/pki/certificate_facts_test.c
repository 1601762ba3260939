// What a certificate says of itself: the same whoever reads it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <limits.h>
#include <string.h>

#include "server/base/file.h"
#include "server/pki/authority.h"
#include "server/pki/certificate_facts.h"
#include "server/pki/issuer.h"
#include "server/pki/pem.h"
#include "server/pki/pki_folder.h"
#include "server/pki/private_key.h"
#include "test/unit/server/base/scratch.h"

#define MAC "84f3eb012345"
#define NOW_MS INT64_C(1790000000000)
#define HOUR_MS INT64_C(3600000)

// A device's certificate of a CA, and that CA renewed an hour later over the same key.
static struct certificate *make(const char *folder, char renewed_path[SCRATCH_PATH_SIZE])
{
    struct pki_folder_order order = {.folder = folder, .days = 30, .now_ms = NOW_MS};
    struct issuer_order renewal = {
        .profile = PROFILE_CA, .common_name = "CA", .days = 30, .now_ms = NOW_MS + HOUR_MS};
    struct pki_folder_pair pair;
    struct private_key *key;
    struct issuer *issuer;
    struct certificate *device;
    struct certificate *ca;
    char key_path[PATH_MAX];
    char *pem;

    assert_int_equal(pki_folder_init(&order, "CA", &pair, NULL), 0);
    assert_int_equal(pki_folder_open(folder, &issuer, NULL), 0);
    assert_int_equal(pki_folder_add_device(issuer, &order, MAC, &pair, NULL), 0);
    issuer_free(issuer);
    assert_int_equal(certificate_load(pair.public_path, &device, NULL), 0);
    snprintf(key_path, sizeof key_path, "%s/ca.key", folder);
    assert_int_equal(private_key_load(key_path, &key, NULL), 0);
    assert_int_equal(issuer_self_sign(&renewal, key, &ca, NULL), 0);
    assert_int_equal(certificate_to_pem(ca, &pem, NULL), 0);
    scratch_path(folder, "renewed.crt", renewed_path);
    assert_int_equal(file_replace(renewed_path, (const uint8_t *)pem, strlen(pem), 0600, NULL), 0);
    free(pem);
    certificate_free(ca);
    private_key_free(key);
    return device;
}

// A certificate keeps the day on which it began under a CA that began later: who revokes by it
// would else let all older ones in.
static void test_its_own_dates(void **state)
{
    char renewed_path[SCRATCH_PATH_SIZE];
    struct certificate *device = make(*state, renewed_path);
    struct authority *authority;
    struct certificate_facts own;
    struct certificate_facts judged;
    uint8_t *der;
    size_t n;
    char *pem;

    assert_int_equal(certificate_facts_of(device, &own, NULL), 0);
    assert_string_equal(own.common_name, MAC);
    assert_int_equal(own.begins_ms, NOW_MS - 300 * 1000);
    assert_int_equal(own.not_before_ms, own.begins_ms);
    assert_int_equal(strlen(own.fingerprint), 64);
    assert_true(serial_is_canonical(own.serial));

    assert_int_equal(certificate_to_pem(device, &pem, NULL), 0);
    assert_int_equal(pem_to_der((const uint8_t *)pem, strlen(pem), &der, &n, NULL), 0);
    assert_int_equal(authority_load(renewed_path, &authority, NULL), 0);
    assert_int_equal(
        authority_judge_client(authority, der, n, NOW_MS + 2 * HOUR_MS, &judged, NULL), 0);
    assert_int_equal(judged.begins_ms, own.begins_ms);
    assert_int_equal(judged.not_before_ms, NOW_MS + HOUR_MS - 300 * 1000);
    assert_string_equal(judged.serial, own.serial);
    assert_string_equal(judged.fingerprint, own.fingerprint);
    authority_free(authority);
    certificate_free(device);
    free(der);
    free(pem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_its_own_dates, scratch_make, scratch_remove),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
