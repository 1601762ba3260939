// Questions that are asked while the CA is read again and the list changes.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/auth/device_auth.h"
#include "server/base/clock.h"
#include "server/base/file.h"
#include "server/pki/certificate.h"
#include "server/pki/issuer.h"
#include "server/pki/pem.h"
#include "server/pki/pki_folder.h"
#include "test/unit/server/base/scratch.h"

#define MAC "84f3eb012345"
#define CHANGES 80
#define ASKERS 2

struct world {
    char *folder;
    struct device_auth *auth;
    struct pki_folder_pair ca, device, server;
    char fingerprint[DIGEST_SHA256_TEXT_SIZE]; // of the CA
    uint8_t *pem, *der;                        // of the device
    size_t pem_n, n;
    struct certificate *certificate; // of the same
};

struct asking {
    struct world *world;
    bool (*ask)(struct world *w); // whether the answer is right
    atomic_bool ends;
    atomic_uint answers, wrong;
};

static bool identify(struct world *w)
{
    char mac[MAC_SIZE];

    return device_auth_identify(w->auth, w->der, w->n, mac, NULL) == 0 && strcmp(mac, MAC) == 0;
}

static bool cut_off(struct world *w)
{
    return !device_auth_is_cut_off(w->der, w->n, w->auth);
}

static bool is_revoked(struct world *w)
{
    return !device_auth_is_revoked(w->auth, MAC);
}

static bool is_serial_revoked(struct world *w)
{
    return device_auth_is_serial_revoked(w->auth, "ab");
}

static bool copy_ca(struct world *w)
{
    uint8_t *pem;
    size_t n;
    bool is_right = device_auth_copy_ca(w->auth, &pem, &n) == 0 && strlen((char *)pem) == n;

    free(pem);
    return is_right;
}

static bool has_ca(struct world *w)
{
    return device_auth_has_ca(w->auth, w->fingerprint);
}

static bool copy_fingerprints(struct world *w)
{
    char found[AUTHORITY_CA_MAX][DIGEST_SHA256_TEXT_SIZE];

    return device_auth_copy_fingerprints(w->auth, found) == 1 &&
           strcmp(found[0], w->fingerprint) == 0;
}

static bool check_own(struct world *w)
{
    return device_auth_check_own(w->auth, w->pem, w->pem_n, MAC, NULL) == 0;
}

static bool vouches(struct world *w)
{
    return device_auth_vouches(w->auth, w->certificate, NULL) == 0;
}

static bool check_server(struct world *w)
{
    struct credential_check_files files = {
        .certificate = w->server.public_path, .key = w->server.key_path};
    struct certificate *certificate = NULL;
    bool is_right = device_auth_check_server(w->auth, &files, &certificate, NULL) == 0;

    certificate_free(certificate);
    return is_right;
}

static void *ask(void *ctx)
{
    struct asking *asking = ctx;

    while (!asking->ends) {
        asking->wrong += !asking->ask(asking->world);
        asking->answers++;
    }
    return NULL;
}

static void change(struct world *w)
{
    struct revocation_list *list;

    assert_int_equal(device_auth_reload(w->auth, NULL), 0);
    assert_int_equal(revocation_list_new(1, &list), 0);
    assert_int_equal(revocation_list_add_serial(list, "ab"), 0);
    device_auth_set_revoked(w->auth, list);
}

// The sanitizer says if one reads what a change has freed.
static void answers_are_right_while_what_they_stand_on_changes(void **state)
{
    static bool (*const questions[])(struct world *) = {identify, cut_off, is_revoked,
        is_serial_revoked, copy_ca, has_ca, copy_fingerprints, check_own, vouches, check_server};

    for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++) {
        struct asking asking = {.world = *state, .ask = questions[i]};
        pthread_t threads[ASKERS];

        change(*state);
        for (size_t k = 0; k < ASKERS; k++)
            assert_int_equal(pthread_create(&threads[k], NULL, ask, &asking), 0);
        for (unsigned k = 0; k < CHANGES || asking.answers < CHANGES; k++)
            change(*state);
        asking.ends = true;
        for (size_t k = 0; k < ASKERS; k++)
            assert_int_equal(pthread_join(threads[k], NULL), 0);
        if (asking.wrong > 0)
            fail_msg("question %zu: %u of %u wrong", i, asking.wrong, asking.answers);
    }
}

static int issue(struct world *w)
{
    struct pki_folder_order order = {.folder = w->folder, .days = 2, .now_ms = clock_system_ms()};
    struct issuer_order server = {
        .profile = PROFILE_SERVER, .common_name = "localhost", .days = 2, .now_ms = order.now_ms};
    struct issuer *issuer;

    if (pki_folder_init(&order, "CA", &w->ca, NULL) < 0 ||
        pki_folder_open(w->folder, &issuer, NULL) < 0)
        return -1;

    int rc = pki_folder_add_device(issuer, &order, MAC, &w->device, NULL);

    if (rc == 0)
        rc = pki_folder_add_server(issuer, &order, &server, &w->server, NULL);
    issuer_free(issuer);
    return rc;
}

static int read_certificates(struct world *w)
{
    struct certificate *ca;
    uint8_t *pem;
    size_t n;

    if (file_read(w->device.public_path, 65536, &w->pem, &w->pem_n, NULL) < 0 ||
        pem_to_der(w->pem, w->pem_n, &w->der, &w->n, NULL) < 0 ||
        certificate_from_pem(w->pem, w->pem_n, &w->certificate, NULL) < 0 ||
        file_read(w->ca.public_path, 65536, &pem, &n, NULL) < 0)
        return -1;

    int rc = certificate_from_pem(pem, n, &ca, NULL);

    free(pem);
    if (rc == 0)
        rc = certificate_fingerprint(ca, w->fingerprint, NULL);
    certificate_free(ca);
    return rc;
}

static int set_up(void **state)
{
    static struct world w;

    *state = &w;
    return scratch_make((void **)&w.folder) < 0 || issue(&w) < 0 || read_certificates(&w) < 0 ||
           device_auth_new(w.ca.public_path, &w.auth, NULL) < 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;

    device_auth_free(w->auth);
    certificate_free(w->certificate);
    free(w->pem);
    free(w->der);
    return scratch_remove((void **)&w->folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            answers_are_right_while_what_they_stand_on_changes, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
