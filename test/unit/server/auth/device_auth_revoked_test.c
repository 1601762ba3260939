// Who is revoked is refused at each question, however well the certificate is known.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "server/auth/device_auth.h"
#include "server/base/clock.h"
#include "server/base/file.h"
#include "server/pki/issuer.h"
#include "server/pki/pem.h"
#include "server/pki/pki_folder.h"
#include "test/unit/server/base/scratch.h"

#define MAC "84f3eb012345"
#define OTHER "84f3eb012346"
#define HOUR_MS INT64_C(3600000)

struct world {
    char *folder;
    struct device_auth *auth;
    uint8_t *der;
    size_t n;
    struct certificate_facts facts; // as it was met
    int met;
};

static void note_met(const struct certificate_facts *facts, const char *mac, void *ctx)
{
    struct world *w = ctx;

    assert_string_equal(mac, MAC);
    w->facts = *facts;
    w->met++;
}

static int set_up(void **state)
{
    static struct world w;
    struct pki_folder_order order = {.days = 1, .now_ms = clock_system_ms() - 2 * HOUR_MS};
    struct pki_folder_pair ca;
    struct pki_folder_pair pair;
    struct issuer *issuer;
    uint8_t *pem;
    size_t n;

    memset(&w, 0, sizeof w);
    if (scratch_make((void **)&w.folder) < 0)
        return -1;
    order.folder = w.folder;
    if (pki_folder_init(&order, "CA", &ca, NULL) < 0 ||
        pki_folder_open(w.folder, &issuer, NULL) < 0)
        return -1;

    int rc = pki_folder_add_device(issuer, &order, MAC, &pair, NULL);

    issuer_free(issuer);
    if (rc < 0 || file_read(pair.public_path, 65536, &pem, &n, NULL) < 0)
        return -1;
    rc = pem_to_der(pem, n, &w.der, &w.n, NULL);
    free(pem);
    if (rc < 0 || device_auth_new(ca.public_path, &w.auth, NULL) < 0)
        return -1;
    device_auth_on_met(w.auth, note_met, &w);
    *state = &w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;

    device_auth_free(w->auth);
    free(w->der);
    return scratch_remove((void **)&w->folder);
}

static int identify(struct world *w, struct err *err)
{
    char mac[MAC_SIZE] = "untouched";
    int rc = device_auth_identify(w->auth, w->der, w->n, mac, err);

    assert_string_equal(mac, rc == 0 ? MAC : "untouched");
    assert_int_equal(device_auth_verify(w->der, w->n, w->auth, NULL), rc);
    return rc;
}

enum entry { NOTHING, ALL, ALL_OF_OTHER, BEFORE, NOT_BEFORE, SERIAL, OTHER_SERIAL };

static void put(struct world *w, enum entry entry)
{
    struct revocation_list *list;

    assert_int_equal(revocation_list_new(1, &list), 0);
    switch (entry) {
    case NOTHING: break;
    case ALL: assert_int_equal(revocation_list_add_device(list, MAC, REVOCATION_ALL_MS), 0); break;
    case ALL_OF_OTHER:
        assert_int_equal(revocation_list_add_device(list, OTHER, REVOCATION_ALL_MS), 0);
        break;
    case BEFORE:
        assert_int_equal(revocation_list_add_device(list, MAC, w->facts.begins_ms + 1), 0);
        break;
    case NOT_BEFORE:
        assert_int_equal(revocation_list_add_device(list, MAC, w->facts.begins_ms), 0);
        break;
    case SERIAL: assert_int_equal(revocation_list_add_serial(list, w->facts.serial), 0); break;
    case OTHER_SERIAL: assert_int_equal(revocation_list_add_serial(list, "01"), 0); break;
    }
    device_auth_set_revoked(w->auth, list);
}

static void test_each_entry(void **state)
{
    static const struct {
        enum entry entry;
        int rc;
        bool device;
        const char *reason;
    } rows[] = {
        {NOTHING, 0, false, ""},
        {ALL, ERR_REVOKED, true, "device " MAC " is revoked"},
        {ALL_OF_OTHER, 0, false, ""},
        {BEFORE, ERR_REVOKED, false, " of device " MAC " is revoked"},
        {NOT_BEFORE, 0, false, ""},
        {SERIAL, ERR_REVOKED, false, " of device " MAC " is revoked"},
        {OTHER_SERIAL, 0, false, ""},
    };
    struct world *w = *state;

    assert_int_equal(identify(w, NULL), 0); // no list yet, and known from now on
    assert_false(device_auth_is_revoked(w->auth, MAC));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err err = {0};

        put(w, rows[i].entry);
        assert_int_equal(identify(w, &err), rows[i].rc);
        assert_non_null(strstr(err.message, rows[i].reason));
        assert_int_equal(device_auth_is_revoked(w->auth, MAC), rows[i].device);
        assert_int_equal(device_auth_is_cut_off(w->der, w->n, w->auth), rows[i].rc == ERR_REVOKED);
    }
}

// It is told once, and also of one that is refused: its serial is to be known.
static void test_tells_of_what_it_meets(void **state)
{
    struct world *w = *state;

    put(w, ALL);
    assert_int_equal(identify(w, NULL), ERR_REVOKED);
    assert_int_equal(identify(w, NULL), ERR_REVOKED);
    assert_int_equal(w->met, 1);
    assert_string_equal(w->facts.common_name, MAC);
    put(w, NOTHING);
    assert_int_equal(identify(w, NULL), 0);
    assert_int_equal(w->met, 1);
    assert_int_equal(device_auth_reload(w->auth, NULL), 0);
    put(w, ALL);
    assert_int_equal(identify(w, NULL), ERR_REVOKED); // and by a CA that was read anew
}

// Of a CA that is trusted no more is cut off, too.
static void test_cuts_off_the_untrusted(void **state)
{
    struct world *w = *state;
    struct pki_folder_order order = {
        .days = 1, .now_ms = clock_system_ms(), .folder = w->folder, .force = true};
    struct pki_folder_pair ca;

    assert_false(device_auth_is_cut_off(w->der, w->n, w->auth));
    assert_int_equal(pki_folder_init(&order, "another", &ca, NULL), 0);
    assert_int_equal(device_auth_reload(w->auth, NULL), 0);
    assert_true(device_auth_is_cut_off(w->der, w->n, w->auth));
    assert_true(!device_auth_is_cut_off((const uint8_t *)"x", 1, w->auth));
}

// A CA that was renewed since over the same key begins later than what it vouches for.
static void test_a_renewed_ca_lets_nobody_in(void **state)
{
    struct world *w = *state;
    struct issuer_order order = {
        .profile = PROFILE_CA, .common_name = "CA", .days = 1, .now_ms = clock_system_ms()};
    char path[SCRATCH_PATH_SIZE];
    struct private_key *key;
    struct certificate *ca;
    char *pem;

    assert_int_equal(identify(w, NULL), 0);
    scratch_path(w->folder, "ca.key", path);
    assert_int_equal(private_key_load(path, &key, NULL), 0);
    assert_int_equal(issuer_self_sign(&order, key, &ca, NULL), 0);
    assert_int_equal(certificate_to_pem(ca, &pem, NULL), 0);
    scratch_path(w->folder, "ca.crt", path);
    assert_int_equal(file_replace(path, (const uint8_t *)pem, strlen(pem), 0600, NULL), 0);
    assert_int_equal(device_auth_reload(w->auth, NULL), 0);
    put(w, BEFORE);
    assert_int_equal(identify(w, NULL), ERR_REVOKED);
    put(w, NOTHING);
    assert_int_equal(identify(w, NULL), 0);
    free(pem);
    certificate_free(ca);
    private_key_free(key);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_each_entry),
        TEST(test_tells_of_what_it_meets),
        TEST(test_cuts_off_the_untrusted),
        TEST(test_a_renewed_ca_lets_nobody_in),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
