#ifndef TEST_SERVER_ENROL_EST_FIXTURE_H
#define TEST_SERVER_ENROL_EST_FIXTURE_H

// A CA of devices, one of claims, and a database; who signs is the test itself.

#include <stdlib.h>

#include "server/base/log.h"
#include "server/enrol/enrol_issue.h"
#include "server/pki/pem.h"
#include "server/pki/pki_folder.h"
#include "test/unit/server/enrol/enrol_fixture.h"
#include "test/unit/server/enrol/est_request.h"

struct est_fixture {
    struct fixture *store;
    struct device_auth *auth;
    char claim_ca[PATH_MAX];
    char device_ca[PATH_MAX];
    struct pki_folder_pair server, claim, device; // of MAC_3
    struct issuer *ca, *other_ca;
    // How the signer is.
    int rc;           // what it fails with; 0: it signs
    const char *name; // another one that it puts into the certificate, or NULL
    bool is_foreign;  // it has another key
    int signed_count;
};

static inline void est_fixture_make_ca(
    const char *folder, const char *name, struct pki_folder_pair *ca, struct issuer **issuer)
{
    struct pki_folder_order order = {.folder = folder, .now_ms = clock_system_ms()};

    assert_int_equal(pki_folder_init(&order, name, ca, NULL), 0);
    assert_int_equal(pki_folder_open(folder, issuer, NULL), 0);
}

static inline int est_fixture_set_up(void **state)
{
    struct est_fixture *e = calloc(1, sizeof *e);
    struct pki_folder_pair devices, claims;
    struct issuer *issuer;
    char folder[SCRATCH_PATH_SIZE];
    struct pki_folder_order order = {.folder = folder, .now_ms = clock_system_ms()};
    struct issuer_order wanted = {.common_name = "localhost", .now_ms = order.now_ms};
    struct issuer_order claim = {
        .common_name = "claim-2026", .unit = "claim", .now_ms = order.now_ms};

    if (e == NULL || fixture_set_up((void **)&e->store) < 0)
        return -1;
    log_set_level(LOG_ERROR);
    scratch_path(e->store->folder, "devices", folder);
    est_fixture_make_ca(folder, "devices", &devices, &issuer);
    assert_int_equal(pki_folder_add_server(issuer, &order, &wanted, &e->server, NULL), 0);
    assert_int_equal(pki_folder_add_device(issuer, &order, MAC_3, &e->device, NULL), 0);
    e->ca = issuer;
    snprintf(e->device_ca, sizeof e->device_ca, "%s", devices.public_path);
    scratch_path(e->store->folder, "claims", folder);
    est_fixture_make_ca(folder, "claims", &claims, &issuer);
    assert_int_equal(pki_folder_add_client(issuer, &order, &claim, &e->claim, NULL), 0);
    e->other_ca = issuer;
    snprintf(e->claim_ca, sizeof e->claim_ca, "%s", claims.public_path);
    assert_int_equal(device_auth_new(e->device_ca, &e->auth, NULL), 0);
    *state = e;
    return 0;
}

static inline int est_fixture_tear_down(void **state)
{
    struct est_fixture *e = *state;
    void *store = e->store;

    issuer_free(e->ca);
    issuer_free(e->other_ca);
    device_auth_free(e->auth);
    free(e);
    return fixture_tear_down(&store);
}

// The signer; ctx is the est_fixture.
static inline int est_fixture_sign(
    const struct enrol_issue_order *order, struct certificate **out, void *ctx, struct err *err)
{
    struct est_fixture *e = ctx;

    assert_true(strlen(order->note) > 20);
    if (e->rc < 0)
        return err_set(err, e->rc, "the signer does not");
    e->signed_count++;
    *out = est_request_issue(e->is_foreign ? e->other_ca : e->ca, order->csr, order->n, e->name);
    return 0;
}

static inline struct enrol_issue *est_fixture_open_issue(struct est_fixture *e)
{
    struct enrol_issue_settings settings = {e->store->store, e->auth, est_fixture_sign, e};
    struct enrol_issue *issue;

    assert_int_equal(enrol_issue_new(&settings, &issue, NULL), 0);
    return issue;
}

static inline void est_fixture_make_request(
    const char *mac, struct est_request *made, struct certificate_request *request)
{
    EVP_PKEY *key = est_request_key();

    est_request_make(key, mac, NULL, made);
    EVP_PKEY_free(key);
    assert_int_equal(certificate_request_parse(made->der, made->n, request, NULL), 0);
}

#endif
