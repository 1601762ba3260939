// From a client's certificate to a device: who is let in, and that a reload counts at once.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/auth/device_auth.h"
#include "server/base/clock.h"
#include "server/base/file.h"
#include "server/pki/certificate.h"
#include "server/pki/issuer.h"
#include "server/pki/pem.h"
#include "server/pki/pki_folder.h"
#include "server/pki/private_key.h"
#include "test/unit/failing_memory.h"
#include "test/unit/server/base/scratch.h"

#define MAC "84f3eb012345"
#define DAY_MS INT64_C(86400000)

static int64_t clock_offset_ms;

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): names that ld --wrap makes
int64_t __real_clock_system_ms(void);
int64_t __wrap_clock_system_ms(void);

// A reload that comes between a judgement and what is done with it: the name is looked at there.
static struct device_auth *reload_after_judgement;

bool __real_mac_parse(const char *s, char out[MAC_SIZE]);
bool __wrap_mac_parse(const char *s, char out[MAC_SIZE]);

bool __wrap_mac_parse(const char *s, char out[MAC_SIZE])
{
    struct device_auth *auth = reload_after_judgement;

    reload_after_judgement = NULL;
    if (auth != NULL)
        assert_int_equal(device_auth_reload(auth, NULL), 0);
    return __real_mac_parse(s, out);
}

int64_t __wrap_clock_system_ms(void)
{
    return __real_clock_system_ms() + clock_offset_ms;
}
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)

struct certificate_bytes {
    uint8_t *der;
    size_t n;
};

static struct certificate_bytes read_der(const char *path)
{
    struct certificate_bytes bytes;
    uint8_t *pem;
    size_t n;

    assert_int_equal(file_read(path, 65536, &pem, &n, NULL), 0);
    assert_int_equal(pem_to_der(pem, n, &bytes.der, &bytes.n, NULL), 0);
    free(pem);
    return bytes;
}

// A CA in its own folder with one device, issued at now_ms; the certificate's bytes.
static struct certificate_bytes make_ca(
    const char *folder, const char *name, int64_t now_ms, char *ca_path)
{
    char ca_folder[SCRATCH_PATH_SIZE];
    struct pki_folder_order order = {.folder = ca_folder, .days = 1, .now_ms = now_ms};
    struct pki_folder_pair pair;
    struct issuer *issuer;
    struct err err = {0};

    scratch_path(folder, name, ca_folder);
    if (pki_folder_init(&order, name, &pair, &err) < 0)
        fail_msg("%s", err.message);
    strcpy(ca_path, pair.public_path);
    if (pki_folder_open(ca_folder, &issuer, &err) < 0 ||
        pki_folder_add_device(issuer, &order, MAC, &pair, &err) < 0)
        fail_msg("%s", err.message);
    issuer_free(issuer);
    return read_der(pair.public_path);
}

// A CA's certificate over the key in the folder, for 30 days, with the same name.
static void make_longer(const char *folder, const char *out, int64_t now_ms)
{
    struct issuer_order order = {
        .profile = PROFILE_CA, .common_name = "short", .days = 30, .now_ms = now_ms};
    char key_path[PATH_MAX];
    struct private_key *key;
    struct certificate *certificate;
    char *pem;

    snprintf(key_path, sizeof key_path, "%s/ca.key", folder);
    assert_int_equal(private_key_load(key_path, &key, NULL), 0);
    assert_int_equal(issuer_self_sign(&order, key, &certificate, NULL), 0);
    assert_int_equal(certificate_to_pem(certificate, &pem, NULL), 0);
    assert_int_equal(file_replace(out, (const uint8_t *)pem, strlen(pem), 0600, NULL), 0);
    free(pem);
    certificate_free(certificate);
    private_key_free(key);
}

// A device's certificate of that CA, whose key is in the folder of the order.
static struct certificate_bytes issue_with(
    const char *ca_path, const struct pki_folder_order *order, struct pki_folder_pair *pair)
{
    char key_path[PATH_MAX];
    struct issuer *issuer;

    snprintf(key_path, sizeof key_path, "%s/ca.key", order->folder);
    assert_int_equal(issuer_load(ca_path, key_path, &issuer, NULL), 0);
    assert_int_equal(pki_folder_add_device(issuer, order, MAC, pair, NULL), 0);
    issuer_free(issuer);
    return read_der(pair->public_path);
}

// As device_auth.c spreads certificates over its places.
static unsigned long place_of(const uint8_t *der, size_t n)
{
    char digest[DIGEST_SHA256_TEXT_SIZE];

    digest_sha256(der, n, digest);
    digest[8] = '\0';
    return strtoul(digest, NULL, 16) % 16384;
}

static void a_device_is_known_by_its_certificate(void **state)
{
    char ca[PATH_MAX], other_ca[PATH_MAX], old_ca[PATH_MAX];
    struct certificate_bytes good = make_ca(*state, "good", clock_now_ms(), ca);
    struct certificate_bytes other = make_ca(*state, "other", clock_now_ms(), other_ca);
    struct certificate_bytes expired =
        make_ca(*state, "old", clock_now_ms() - 3LL * 24 * 3600 * 1000, old_ca);
    struct device_auth *auth;
    struct err err = {0};
    char mac[MAC_SIZE];

    assert_int_equal(device_auth_new(ca, &auth, &err), 0);
    for (int i = 0; i < 2; i++) { // judged, then remembered
        memset(mac, 0, sizeof mac);
        assert_int_equal(device_auth_identify(auth, good.der, good.n, mac, &err), 0);
        assert_string_equal(mac, MAC);
    }
    assert_int_equal(device_auth_identify(auth, other.der, other.n, mac, &err), ERR_UNTRUSTED);
    assert_int_equal(device_auth_identify(auth, good.der, good.n - 1, mac, &err), ERR_INVALID);
    good.der[good.n - 5] ^= 1; // in the signature
    assert_int_equal(device_auth_identify(auth, good.der, good.n, mac, &err), ERR_UNTRUSTED);
    good.der[good.n - 5] ^= 1;
    device_auth_free(auth);

    assert_int_equal(device_auth_new(old_ca, &auth, &err), 0);
    assert_int_equal(device_auth_identify(auth, expired.der, expired.n, mac, &err), ERR_EXPIRED);
    assert_non_null(strstr(err.message, "expired"));
    device_auth_free(auth);
    free(good.der);
    free(other.der);
    free(expired.der);
}

static void a_new_ca_counts_from_the_reload_on(void **state)
{
    char ca[PATH_MAX], next_ca[PATH_MAX];
    struct certificate_bytes before = make_ca(*state, "before", clock_now_ms(), ca);
    struct certificate_bytes after = make_ca(*state, "after", clock_now_ms(), next_ca);
    struct device_auth *auth;
    struct err err = {0};
    char mac[MAC_SIZE];

    assert_int_equal(device_auth_new(ca, &auth, &err), 0);
    assert_int_equal(device_auth_identify(auth, before.der, before.n, mac, &err), 0);
    assert_int_equal(rename(next_ca, ca), 0);
    assert_int_equal(device_auth_identify(auth, before.der, before.n, mac, &err), 0);
    assert_int_equal(device_auth_reload(auth, &err), 0);
    assert_int_equal(device_auth_identify(auth, after.der, after.n, mac, &err), 0);
    assert_int_equal(device_auth_identify(auth, before.der, before.n, mac, &err), ERR_UNTRUSTED);

    assert_int_equal(unlink(ca), 0); // what cannot be read changes nothing
    assert_true(device_auth_reload(auth, &err) < 0);
    assert_int_equal(device_auth_identify(auth, after.der, after.n, mac, &err), 0);
    device_auth_free(auth);
    free(before.der);
    free(after.der);
}

// What was found good once is compared with the clock again.
static void a_remembered_certificate_has_its_dates(void **state)
{
    char ca[PATH_MAX];
    struct certificate_bytes good = make_ca(*state, "dates", clock_now_ms(), ca);
    struct device_auth *auth;
    struct err err = {0};
    char mac[MAC_SIZE];

    assert_int_equal(device_auth_new(ca, &auth, &err), 0);
    assert_int_equal(device_auth_identify(auth, good.der, good.n, mac, &err), 0);
    clock_offset_ms = DAY_MS + 60000;
    assert_int_equal(device_auth_identify(auth, good.der, good.n, mac, &err), ERR_EXPIRED);
    assert_non_null(strstr(err.message, "expired"));
    clock_offset_ms = -DAY_MS;
    assert_int_equal(device_auth_identify(auth, good.der, good.n, mac, &err), ERR_EXPIRED);
    assert_non_null(strstr(err.message, "not yet valid"));
    clock_offset_ms = 0;
    assert_int_equal(device_auth_identify(auth, good.der, good.n, mac, &err), 0);
    device_auth_free(auth);
    free(good.der);
}

// As of a CA that was made elsewhere, which vouched beyond its own end.
static void a_remembered_certificate_ends_with_its_ca(void **state)
{
    char ca[PATH_MAX], folder[SCRATCH_PATH_SIZE], long_ca[SCRATCH_PATH_SIZE];
    int64_t now_ms = clock_now_ms();
    struct certificate_bytes good = make_ca(*state, "short", now_ms, ca);
    struct pki_folder_order order = {.folder = folder, .days = 30, .now_ms = now_ms, .force = true};
    struct pki_folder_pair pair;
    struct device_auth *auth;
    struct err err = {0};
    char mac[MAC_SIZE];

    free(good.der);
    // The same key in a certificate that lasts longer signs a device's for as long, and is put
    // away.
    scratch_path(*state, "short", folder);
    scratch_path(folder, "long.crt", long_ca);
    make_longer(folder, long_ca, now_ms);
    good = issue_with(long_ca, &order, &pair);
    assert_int_equal(device_auth_new(ca, &auth, &err), 0);
    for (int i = 0; i < 2; i++)
        assert_int_equal(device_auth_identify(auth, good.der, good.n, mac, &err), 0);
    clock_offset_ms = DAY_MS + 60000;
    assert_int_equal(device_auth_identify(auth, good.der, good.n, mac, &err), ERR_EXPIRED);
    assert_non_null(strstr(err.message, "certificate of the CA"));
    clock_offset_ms = 0;
    assert_int_equal(device_auth_identify(auth, good.der, good.n, mac, &err), 0);
    device_auth_free(auth);
    free(good.der);
}

// Other bytes that fall into the place of a certificate that is remembered are not that device.
static void a_place_is_nobodys_name(void **state)
{
    char ca[PATH_MAX];
    struct certificate_bytes good = make_ca(*state, "place", clock_now_ms(), ca);
    unsigned long place = place_of(good.der, good.n);
    uint8_t *forged = malloc(good.n);
    struct device_auth *auth;
    struct err err = {0};
    char mac[MAC_SIZE] = "untouched";

    assert_non_null(forged);
    memcpy(forged, good.der, good.n);
    for (uint32_t i = 1; i == 1 || place_of(forged, good.n) != place; i++) {
        for (size_t k = 0; k < sizeof i; k++) // in the signature
            forged[good.n - 1 - k] = (uint8_t)(good.der[good.n - 1 - k] ^ (i >> (8 * k)));
    }
    assert_int_equal(device_auth_new(ca, &auth, &err), 0);
    assert_int_equal(device_auth_identify(auth, good.der, good.n, mac, &err), 0);
    memset(mac, 'x', sizeof mac - 1);
    assert_int_equal(device_auth_identify(auth, forged, good.n, mac, &err), ERR_UNTRUSTED);
    assert_int_equal(mac[0], 'x');
    // And it does not take the place.
    assert_int_equal(device_auth_identify(auth, good.der, good.n, mac, &err), 0);
    device_auth_free(auth);
    free(forged);
    free(good.der);
}

// The CA changes while a certificate is judged: what the old one said is not remembered.
static void a_judgement_ends_with_its_ca(void **state)
{
    char ca[PATH_MAX], next_ca[PATH_MAX];
    struct certificate_bytes before = make_ca(*state, "judged", clock_now_ms(), ca);
    struct certificate_bytes after = make_ca(*state, "next", clock_now_ms(), next_ca);
    struct device_auth *auth;
    struct err err = {0};
    char mac[MAC_SIZE];

    assert_int_equal(device_auth_new(ca, &auth, &err), 0);
    assert_int_equal(rename(next_ca, ca), 0);
    reload_after_judgement = auth;
    assert_int_equal(device_auth_identify(auth, before.der, before.n, mac, &err), 0);
    assert_null(reload_after_judgement);
    assert_int_equal(device_auth_identify(auth, before.der, before.n, mac, &err), ERR_UNTRUSTED);
    assert_int_equal(device_auth_identify(auth, after.der, after.n, mac, &err), 0);
    device_auth_free(auth);
    free(before.der);
    free(after.der);
}

static struct certificate_bytes issue(
    const struct issuer *issuer, const struct private_key *key, const char *name)
{
    // Without days: as long as the CA lasts, whichever second it is.
    const struct issuer_order order = {
        .profile = PROFILE_DEVICE, .common_name = name, .now_ms = clock_now_ms()};
    struct certificate *certificate;
    struct certificate_bytes bytes;
    char *pem;

    assert_int_equal(issuer_issue(issuer, &order, key, &certificate, NULL), 0);
    assert_int_equal(certificate_to_pem(certificate, &pem, NULL), 0);
    assert_int_equal(pem_to_der((const uint8_t *)pem, strlen(pem), &bytes.der, &bytes.n, NULL), 0);
    certificate_free(certificate);
    free(pem);
    return bytes;
}

// The common name may spell the MAC in any form that people use, and no other.
static void a_common_name_is_a_mac(void **state)
{
    static const struct {
        const char *name;
        bool good;
    } rows[] = {
        {"84F3EB012345", true},
        {"84:f3:eb:01:23:45", true},
        {"84-F3-EB-01-23-45", true},
        {"gateway", false},
        {"84F3EB01234", false},
        {"84F3EB012345 ", false},
        {"measure-" MAC, false},
    };
    char ca[PATH_MAX], folder[SCRATCH_PATH_SIZE];
    struct certificate_bytes usual = make_ca(*state, "names", clock_now_ms(), ca);
    struct device_auth *auth;
    struct private_key *key;
    struct issuer *issuer;
    struct err err = {0};

    scratch_path(*state, "names", folder);
    assert_int_equal(pki_folder_open(folder, &issuer, &err), 0);
    assert_int_equal(private_key_generate(PRIVATE_KEY_P256, &key, &err), 0);
    assert_int_equal(device_auth_new(ca, &auth, &err), 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct certificate_bytes bytes = issue(issuer, key, rows[i].name);

        for (int k = 0; k < 3; k++) { // looked at, judged, then remembered
            char mac[MAC_SIZE] = "untouched";
            int rc = k == 0 ? device_auth_look(auth, bytes.der, bytes.n, mac, &err)
                            : device_auth_identify(auth, bytes.der, bytes.n, mac, &err);

            assert_int_equal(rc, rows[i].good ? 0 : ERR_DENIED);
            assert_string_equal(mac, rows[i].good ? MAC : "untouched");
        }
        if (!rows[i].good)
            assert_non_null(strstr(err.message, "is not a MAC"));
        free(bytes.der);
    }
    device_auth_free(auth);
    private_key_free(key);
    issuer_free(issuer);
    free(usual.der);
}

static void without_a_ca_or_memory_there_is_nothing(void **state)
{
    char ca[PATH_MAX];
    struct certificate_bytes good = make_ca(*state, "memory", clock_now_ms(), ca);
    struct device_auth *auth;
    struct err err = {0};
    int rc = -1;

    assert_int_equal(device_auth_new("/nowhere/ca.crt", &auth, &err), ERR_NOT_FOUND);
    for (long n = 1; rc < 0; n++) {
        failing_memory_start(n);
        rc = device_auth_new(ca, &auth, &err);
        assert_int_equal(rc, failing_memory_end() ? ERR_NO_MEMORY : 0);
    }
    device_auth_free(auth);
    device_auth_free(NULL);
    free(good.der);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_device_is_known_by_its_certificate),
        cmocka_unit_test(a_new_ca_counts_from_the_reload_on),
        cmocka_unit_test(a_remembered_certificate_has_its_dates),
        cmocka_unit_test(a_common_name_is_a_mac),
        cmocka_unit_test(a_remembered_certificate_ends_with_its_ca),
        cmocka_unit_test(a_place_is_nobodys_name),
        cmocka_unit_test(a_judgement_ends_with_its_ca),
        cmocka_unit_test(without_a_ca_or_memory_there_is_nothing),
    };

    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
