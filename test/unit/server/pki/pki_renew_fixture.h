#ifndef TEST_SERVER_PKI_PKI_RENEW_FIXTURE_H
#define TEST_SERVER_PKI_PKI_RENEW_FIXTURE_H

// A CA with a server's and a client's certificate that end, and a renewal that keeps count. In a
// header, since each test program is one file.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "server/pki/certificate_facts.h"
#include "server/pki/pki_folder.h"
#include "server/pki/pki_renew.h"
#include "test/unit/server/base/scratch.h"

#define DAY_MS INT64_C(86400000)
#define NOW_MS INT64_C(1790000000000)

// What a renewal said.
struct renewals {
    struct pki_renew renew;
    const char *folders[2];
    size_t count;
    size_t marks; // so often it was to be known that something is replaced
    enum pki_renew_state states[8];
    char names[8][64];
    struct err whys[8];
    int revoked; // what is said of each
    bool mark_fails;
};

static inline int renewals_revoked(
    const struct certificate *certificate, void *ctx, struct err *err)
{
    const struct renewals *renewals = ctx;

    (void)certificate;
    return renewals->revoked < 0 ? err_set(err, renewals->revoked, "nobody answers")
                                 : renewals->revoked;
}

static inline int renewals_mark(void *ctx, struct err *err)
{
    struct renewals *renewals = ctx;

    renewals->marks++;
    return renewals->mark_fails ? err_set(err, ERR_IO, "no mark") : 0;
}

static inline void renewals_note(const struct pki_renew_item *item, void *ctx)
{
    struct renewals *renewals = ctx;

    assert_true(renewals->count < 8);
    snprintf(renewals->names[renewals->count], sizeof renewals->names[0], "%s", item->name);
    renewals->states[renewals->count] = item->state;
    renewals->whys[renewals->count] = item->why;
    renewals->count++;
}

// At such a time, by the key in that folder.
static inline void renewals_begin(
    struct renewals *renewals, const char *folder, const char *ca, int64_t now_ms)
{
    *renewals = (struct renewals){.folders = {folder, ca}};
    renewals->renew = (struct pki_renew){
        .folder = folder,
        .ca_folders = renewals->folders,
        .ca_count = ca != NULL ? 2 : 1,
        .now_ms = now_ms,
        .is_revoked = renewals_revoked,
        .before = renewals_mark,
        .each = renewals_note,
        .ctx = renewals,
        .act = pki_renew_issue,
    };
}

// Lasts 100 days from NOW_MS.
static inline void renewals_make(const char *folder)
{
    struct pki_folder_order order = {.folder = folder, .now_ms = NOW_MS};
    const char *dns[] = {"broker.example"};
    struct issuer_order server = {
        .common_name = "mosquitto", .names = {.dns = dns, .dns_count = 1}};
    struct issuer_order client = {.common_name = "grafana", .unit = "monitor"};
    struct pki_folder_pair pair;
    struct issuer *issuer;

    assert_int_equal(pki_folder_init(&order, "CA", &pair, NULL), 0);
    assert_int_equal(pki_folder_open(folder, &issuer, NULL), 0);
    order.days = 100;
    assert_int_equal(pki_folder_add_server(issuer, &order, &server, &pair, NULL), 0);
    assert_int_equal(pki_folder_add_client(issuer, &order, &client, &pair, NULL), 0);
    issuer_free(issuer);
}

static inline struct certificate *renewals_load(const char *folder, const char *name)
{
    struct certificate *certificate;
    char path[SCRATCH_PATH_SIZE];

    scratch_path(folder, name, path);
    assert_int_equal(certificate_load(path, &certificate, NULL), 0);
    return certificate;
}

static inline void renewals_expect(const struct renewals *renewals, size_t at, const char *name,
    enum pki_renew_state state, const char *why)
{
    assert_true(at < renewals->count);
    assert_string_equal(renewals->names[at], name);
    if (why != NULL)
        assert_non_null(strstr(renewals->whys[at].message, why));
    else
        assert_string_equal(renewals->whys[at].message, "");
    assert_int_equal(renewals->states[at], state);
}

#endif
