#ifndef TEST_SERVER_PKI_PKI_PAIRS_FIXTURE_H
#define TEST_SERVER_PKI_PKI_PAIRS_FIXTURE_H

// A CA with a server's and a client's certificate, and whether others are like them. In a header,
// since each test program is one file.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "server/pki/certificate_check.h"
#include "server/pki/certificate_facts.h"
#include "server/pki/pki_folder.h"
#include "test/unit/server/base/scratch.h"

#define DAY_MS INT64_C(86400000)
#define SERVER "servers/mosquitto"
#define CLIENT "clients/grafana"

// The CA lasts as by default, both certificates as order says. The caller frees the issuer.
static inline struct issuer *pki_pairs_make(const struct pki_folder_order *order)
{
    struct pki_folder_order ca = *order;
    const char *dns[] = {"broker.example"};
    const char *ip[] = {"192.0.2.1"};
    struct issuer_order server = {
        .common_name = "mosquitto", .names = {.dns = dns, .dns_count = 1, .ip = ip, .ip_count = 1}};
    struct issuer_order client = {.common_name = "grafana", .unit = "monitor"};
    struct pki_folder_pair pair;
    struct issuer *issuer;

    ca.days = 0;
    assert_int_equal(pki_folder_init(&ca, "CA", &pair, NULL), 0);
    assert_int_equal(pki_folder_open(ca.folder, &issuer, NULL), 0);
    assert_int_equal(pki_folder_add_server(issuer, order, &server, &pair, NULL), 0);
    assert_int_equal(pki_folder_add_client(issuer, order, &client, &pair, NULL), 0);
    return issuer;
}

static inline struct certificate *pki_pairs_load(const char *folder, const char *name)
{
    struct certificate *certificate;
    char path[SCRATCH_PATH_SIZE];

    scratch_path(folder, name, path);
    assert_int_equal(certificate_load(path, &certificate, NULL), 0);
    return certificate;
}

// That it is another one now, for the same name, names, role and key.
static inline void pki_pairs_expect_like(
    const char *folder, const char *name, const struct certificate *old)
{
    static const char *const names[] = {"broker.example", "192.0.2.1"};
    struct certificate *fresh = pki_pairs_load(folder, name);
    struct certificate_facts facts[2];
    char keys[2][DIGEST_SHA256_TEXT_SIZE];

    assert_int_equal(certificate_facts_of(old, &facts[0], NULL), 0);
    assert_int_equal(certificate_facts_of(fresh, &facts[1], NULL), 0);
    assert_int_equal(certificate_key_id(old, keys[0], NULL), 0);
    assert_int_equal(certificate_key_id(fresh, keys[1], NULL), 0);
    assert_string_equal(facts[0].common_name, facts[1].common_name);
    assert_string_equal(facts[0].unit, facts[1].unit);
    assert_int_equal(facts[0].is_server, facts[1].is_server);
    assert_string_equal(keys[0], keys[1]);
    assert_string_not_equal(facts[0].serial, facts[1].serial);
    assert_string_not_equal(facts[0].fingerprint, facts[1].fingerprint);
    for (size_t i = 0; i < 2 && facts[0].is_server; i++)
        assert_int_equal(certificate_check_name(fresh, names[i], NULL), 0);
    assert_int_equal(certificate_check_name(fresh, "other.example", NULL), ERR_INVALID);
    certificate_free(fresh);
}

#endif
