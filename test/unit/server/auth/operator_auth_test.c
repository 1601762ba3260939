// Whose certificate is an operator's: of the CA, of the operators' unit, not revoked, no device's.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "server/auth/operator_auth.h"
#include "server/base/clock.h"
#include "server/pki/issuer.h"
#include "server/pki/pki_folder.h"
#include "server/pki/private_key.h"
#include "test/unit/server/base/scratch.h"

#define MAC "84f3eb012345"

struct world {
    void *folder;
    char pki[SCRATCH_PATH_SIZE];
    struct device_auth *auth;
};

static int set_up(void **state)
{
    static struct world w;
    struct pki_folder_order order = {.days = 1, .now_ms = clock_system_ms()};
    struct pki_folder_pair ca;

    memset(&w, 0, sizeof w);
    if (scratch_make(&w.folder) < 0)
        return -1;
    scratch_path(w.folder, "pki", w.pki);
    order.folder = w.pki;
    *state = &w;
    return pki_folder_init(&order, "CA", &ca, NULL) < 0
               ? -1
               : device_auth_new(ca.public_path, &w.auth, NULL);
}

static int tear_down(void **state)
{
    struct world *w = *state;

    device_auth_free(w->auth);
    return scratch_remove(&w->folder);
}

// Issues one by the CA itself, which refuses some of these names in pki_folder.h.
static int judge(
    struct world *w, const struct issuer_order *order, struct operator_auth_bearer *out)
{
    struct private_key *key;
    struct certificate *certificate;
    struct issuer *issuer;
    uint8_t *der;
    size_t n;
    int rc;

    assert_int_equal(pki_folder_open(w->pki, &issuer, NULL), 0);
    assert_int_equal(private_key_generate(PRIVATE_KEY_P256, &key, NULL), 0);
    assert_int_equal(issuer_issue(issuer, order, key, &certificate, NULL), 0);
    assert_int_equal(certificate_to_der(certificate, &der, &n, NULL), 0);
    rc = operator_auth_identify(w->auth, der, n, out, NULL);
    assert_int_equal(operator_auth_verify(der, n, w->auth, NULL), rc);
    if (rc == 0) { // and once it is revoked
        struct revocation_list *list;

        assert_int_equal(revocation_list_new(1, &list), 0);
        assert_int_equal(revocation_list_add_serial(list, out->serial), 0);
        device_auth_set_revoked(w->auth, list);
        assert_int_equal(operator_auth_verify(der, n, w->auth, NULL), ERR_REVOKED);
        assert_int_equal(revocation_list_new(2, &list), 0);
        device_auth_set_revoked(w->auth, list);
        assert_int_equal(operator_auth_verify(der, n, w->auth, NULL), 0);
    }
    free(der);
    certificate_free(certificate);
    private_key_free(key);
    issuer_free(issuer);
    return rc;
}

static void test_each_certificate(void **state)
{
    static const struct {
        enum profile profile;
        const char *name, *unit;
        int rc;
    } rows[] = {
        {PROFILE_CLIENT, "anna", "operator", 0},
        {PROFILE_DEVICE, MAC, NULL, ERR_DENIED},
        {PROFILE_DEVICE, MAC, "operator", ERR_DENIED},
        {PROFILE_CLIENT, "84:F3:EB:01:23:45", "operator", ERR_DENIED},
        {PROFILE_CLIENT, "anna", NULL, ERR_DENIED},
        {PROFILE_CLIENT, "anna", "monitor", ERR_DENIED},
        {PROFILE_CLIENT, "anna", "operators", ERR_DENIED},
        {PROFILE_CLIENT, "anna", "Operator", ERR_DENIED},
    };
    struct world *w = *state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct operator_auth_bearer bearer = {.name = "-"};
        struct issuer_order order = {.profile = rows[i].profile,
            .common_name = rows[i].name,
            .unit = rows[i].unit,
            .days = 1,
            .now_ms = clock_system_ms()};

        if (judge(w, &order, &bearer) != rows[i].rc)
            fail_msg("row %zu", i);
        assert_string_equal(bearer.name, rows[i].rc == 0 ? rows[i].name : "-");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_each_certificate, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
