#ifndef TEST_SERVER_PKI_PKI_RENEW_FIXTURE_H
#define TEST_SERVER_PKI_PKI_RENEW_FIXTURE_H

// Certificates that end (pki_pairs_fixture.h), and a renewal that keeps count. In a
// header, since each test program is one file.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "server/pki/pki_renew.h"
#include "test/unit/server/pki/pki_pairs_fixture.h"

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
    struct pki_folder_order order = {.folder = folder, .days = 100, .now_ms = NOW_MS};

    issuer_free(pki_pairs_make(&order));
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
