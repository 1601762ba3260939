#ifndef TEST_SERVER_ENROL_EST_REQUEST_H
#define TEST_SERVER_ENROL_EST_REQUEST_H

// Requests of devices, and a CA that signs them as the signer would.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/pki/certificate_request.h"
#include "server/pki/issuer.h"
#include "test/unit/server/pki/request_fixture.h"

struct est_request {
    uint8_t der[REQUEST_FIXTURE_MAX];
    size_t n;
};

static inline EVP_PKEY *est_request_key(void)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");

    assert_non_null(key);
    return key;
}

// code: NULL for none.
static inline void est_request_make(
    EVP_PKEY *key, const char *name, const char *code, struct est_request *out)
{
    struct request_fixture fixture = {.common_name = name, .challenge = code};

    out->n = request_fixture_sign(&fixture, key, NULL, out->der);
    assert_true(out->n > 0);
}

// A client's certificate for a request, under another name if that is not NULL.
static inline struct certificate *est_request_issue(
    const struct issuer *ca, const uint8_t *der, size_t n, const char *name)
{
    struct certificate_request request;
    struct issuer_order order = {.profile = PROFILE_DEVICE, .days = 1, .now_ms = clock_system_ms()};
    struct certificate *certificate;

    assert_int_equal(certificate_request_parse(der, n, &request, NULL), 0);
    order.common_name = name != NULL ? name : request.common_name;
    assert_int_equal(issuer_issue_public(ca, &order, &request.key, &certificate, NULL), 0);
    return certificate;
}

#endif
