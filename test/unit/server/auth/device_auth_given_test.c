// Devices are given the CA that was judged, not what its file holds meanwhile.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/auth/device_auth.h"
#include "server/base/clock.h"
#include "server/base/file.h"
#include "server/pki/pki_folder.h"
#include "test/unit/server/base/scratch.h"

#define MAC "84f3eb012345"
#define OTHER "84f3eb012346"

// Makes a CA in FOLDER/NAME: where its certificate is, and its text, which the caller frees.
static char *make_ca(const char *folder, const char *name, char path[PATH_MAX])
{
    char place[SCRATCH_PATH_SIZE];
    struct pki_folder_order order = {.folder = place, .now_ms = clock_now_ms()};
    struct pki_folder_pair pair;
    uint8_t *text;
    size_t n;

    scratch_path(folder, name, place);
    assert_int_equal(pki_folder_init(&order, name, &pair, NULL), 0);
    strcpy(path, pair.public_path);
    assert_int_equal(file_read(path, 65536, &text, &n, NULL), 0);
    return (char *)text;
}

static void expect_ca(struct device_auth *auth, const char *text)
{
    uint8_t *pem;
    size_t n;

    struct certificate *ca;
    char fingerprint[DIGEST_SHA256_TEXT_SIZE];
    char found[AUTHORITY_CA_MAX][DIGEST_SHA256_TEXT_SIZE];

    assert_int_equal(device_auth_copy_ca(auth, &pem, &n), 0);
    assert_string_equal((char *)pem, text);
    assert_int_equal(n, strlen(text));
    assert_int_equal(certificate_from_pem(pem, n, &ca, NULL), 0);
    assert_int_equal(certificate_fingerprint(ca, fingerprint, NULL), 0);
    assert_true(device_auth_has_ca(auth, fingerprint));
    assert_int_equal(device_auth_copy_fingerprints(auth, found), 1);
    assert_string_equal(found[0], fingerprint);
    fingerprint[0] = fingerprint[0] == '0' ? '1' : '0';
    assert_false(device_auth_has_ca(auth, fingerprint));
    certificate_free(ca);
    free(pem);
}

static void the_ca_that_is_given_away_is_the_one_in_use(void **state)
{
    char path[PATH_MAX], next_path[PATH_MAX];
    char *first = make_ca(*state, "first", path);
    char *second = make_ca(*state, "second", next_path);
    struct device_auth *auth;

    assert_int_equal(device_auth_new(path, &auth, NULL), 0);
    assert_int_equal(rename(next_path, path), 0);
    expect_ca(auth, first);
    assert_int_equal(device_auth_reload(auth, NULL), 0);
    expect_ca(auth, second);
    assert_int_equal(file_replace(path, (const uint8_t *)"damaged", 7, 0600, NULL), 0);
    assert_true(device_auth_reload(auth, NULL) < 0);
    expect_ca(auth, second);
    device_auth_free(auth);
    free(first);
    free(second);
}

// What the CA in use has signed for a device, and nothing else, is given to it.
static void a_device_is_given_its_own_certificate_alone(void **state)
{
    char path[PATH_MAX], other_path[PATH_MAX], place[SCRATCH_PATH_SIZE];
    char *ca = make_ca(*state, "given", path);
    char *other = make_ca(*state, "another", other_path);
    struct pki_folder_order order = {.folder = place, .days = 2, .now_ms = clock_now_ms()};
    struct device_auth *auth;

    assert_int_equal(device_auth_new(path, &auth, NULL), 0);
    for (int is_ours = 0; is_ours < 2; is_ours++) {
        struct pki_folder_pair pair;
        struct issuer *issuer;
        uint8_t *pem;
        size_t n;

        scratch_path(*state, is_ours ? "given" : "another", place);
        assert_int_equal(pki_folder_open(place, &issuer, NULL), 0);
        assert_int_equal(pki_folder_add_device(issuer, &order, MAC, &pair, NULL), 0);
        assert_int_equal(file_read(pair.public_path, 65536, &pem, &n, NULL), 0);
        assert_int_equal(device_auth_check_own(auth, pem, n, MAC, NULL) == 0, is_ours);
        assert_true(device_auth_check_own(auth, pem, n, OTHER, NULL) < 0);
        free(pem);
        issuer_free(issuer);
    }
    device_auth_free(auth);
    free(ca);
    free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_ca_that_is_given_away_is_the_one_in_use),
        cmocka_unit_test(a_device_is_given_its_own_certificate_alone),
    };

    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
