// A certificate that has ended, and who still takes it: nothing else about it may be wrong.
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
#include "server/pki/pem.h"
#include "server/pki/pki_folder.h"
#include "test/unit/server/base/scratch.h"

#define MAC "84f3eb012345"
#define DAY_MS INT64_C(86400000)

static int64_t clock_offset_ms;

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): names that ld --wrap makes
int64_t __real_clock_system_ms(void);
int64_t __wrap_clock_system_ms(void);

int64_t __wrap_clock_system_ms(void)
{
    return __real_clock_system_ms() + clock_offset_ms;
}
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)

struct world {
    char *folder;
    char ca[PATH_MAX];
    struct issuer *issuer, *other;
    struct device_auth *auth;
    struct pki_folder_pair pair; // of the last that was issued
};

static void make_ca(const struct world *w, const char *name, char *ca, struct issuer **out)
{
    char folder[SCRATCH_PATH_SIZE];
    struct pki_folder_order order = {
        .folder = folder, .days = 60, .now_ms = clock_system_ms() - 30 * DAY_MS};
    struct pki_folder_pair pair;

    scratch_path(w->folder, name, folder);
    assert_int_equal(pki_folder_init(&order, name, &pair, NULL), 0);
    assert_int_equal(pki_folder_open(folder, out, NULL), 0);
    snprintf(ca, PATH_MAX, "%s", pair.public_path);
}

static int set_up(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    char other[PATH_MAX];

    assert_non_null(w);
    assert_int_equal(scratch_make((void **)&w->folder), 0);
    make_ca(w, "devices", w->ca, &w->issuer);
    make_ca(w, "other", other, &w->other);
    assert_int_equal(device_auth_new(w->ca, &w->auth, NULL), 0);
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;
    void *folder = w->folder;

    issuer_free(w->issuer);
    issuer_free(w->other);
    device_auth_free(w->auth);
    free(w);
    return scratch_remove(&folder);
}

// A certificate for a day from then on.
static void issue(
    struct world *w, const struct issuer *issuer, int64_t began_ms, uint8_t **der, size_t *n)
{
    char folder[SCRATCH_PATH_SIZE];
    struct pki_folder_order order = {
        .folder = folder, .days = 1, .now_ms = clock_system_ms() + began_ms, .force = true};
    uint8_t *pem;
    size_t size;

    scratch_path(w->folder, issuer == w->other ? "other" : "devices", folder);
    assert_int_equal(pki_folder_add_device(issuer, &order, MAC, &w->pair, NULL), 0);
    assert_int_equal(file_read(w->pair.public_path, 65536, &pem, &size, NULL), 0);
    assert_int_equal(pem_to_der(pem, size, der, n, NULL), 0);
    free(pem);
}

static int identify(const struct world *w, const uint8_t *der, size_t n, int64_t grace_ms)
{
    struct device_auth_late late = {der, n, grace_ms};
    char mac[MAC_SIZE] = "";
    bool is_late = false;
    int rc = device_auth_identify_late(w->auth, &late, mac, &is_late, NULL);

    assert_string_equal(mac, rc == 0 ? MAC : "");
    assert_true(rc == 0 || !is_late);
    return rc == 0 && is_late ? 1 : rc;
}

static void test_so_many_days(void **state)
{
    struct world *w = *state;
    uint8_t *der;
    size_t n;

    issue(w, w->issuer, -3 * DAY_MS, &der, &n); // it ended two days ago
    assert_int_equal(identify(w, der, n, 0), ERR_EXPIRED);
    assert_int_equal(identify(w, der, n, DAY_MS), ERR_EXPIRED);
    assert_int_equal(identify(w, der, n, 2 * DAY_MS - 60000), ERR_EXPIRED);
    assert_int_equal(identify(w, der, n, 2 * DAY_MS + 60000), 1);
    // everybody else goes on refusing it
    assert_int_equal(device_auth_verify(der, n, w->auth, NULL), ERR_EXPIRED);
    free(der);
    issue(w, w->issuer, 0, &der, &n);
    assert_int_equal(identify(w, der, n, 0), 0);
    assert_int_equal(identify(w, der, n, 9 * DAY_MS), 0);
    free(der);
    issue(w, w->issuer, 2 * DAY_MS, &der, &n); // it has not begun
    assert_int_equal(identify(w, der, n, 9 * DAY_MS), ERR_EXPIRED);
    free(der);
}

static void test_nothing_else(void **state)
{
    struct world *w = *state;
    uint8_t *der;
    size_t n;

    issue(w, w->other, -3 * DAY_MS, &der, &n);
    assert_int_equal(identify(w, der, n, 9 * DAY_MS), ERR_UNTRUSTED);
    free(der);
    issue(w, w->issuer, -3 * DAY_MS, &der, &n);
    assert_int_equal(identify(w, der, n - 1, 9 * DAY_MS), ERR_INVALID);
    der[n - 5] ^= 1; // in the signature
    assert_int_equal(identify(w, der, n, 9 * DAY_MS), ERR_UNTRUSTED);
    free(der);
}

// Its own end may be over, not that of its CA.
static void test_ended_ca(void **state)
{
    struct world *w = *state;
    uint8_t *der;
    size_t n;

    issue(w, w->issuer, -3 * DAY_MS, &der, &n);
    clock_offset_ms = 31 * DAY_MS;
    assert_int_equal(identify(w, der, n, 99 * DAY_MS), ERR_EXPIRED);
    clock_offset_ms = 29 * DAY_MS;
    assert_int_equal(identify(w, der, n, 99 * DAY_MS), 1);
    clock_offset_ms = 0;
    free(der);
}

static void test_revoked(void **state)
{
    struct world *w = *state;
    struct revocation_list *list;
    uint8_t *der;
    size_t n;

    issue(w, w->issuer, -3 * DAY_MS, &der, &n);
    assert_int_equal(identify(w, der, n, 9 * DAY_MS), 1);
    assert_int_equal(revocation_list_new(1, &list), 0);
    assert_int_equal(revocation_list_add_serial(list, w->pair.serial), 0);
    device_auth_set_revoked(w->auth, list);
    assert_int_equal(identify(w, der, n, 9 * DAY_MS), ERR_REVOKED);
    free(der);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        TEST(test_so_many_days),
        TEST(test_nothing_else),
        TEST(test_ended_ca),
        TEST(test_revoked),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
