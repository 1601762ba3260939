#ifndef REVOCATION_FIXTURE_H
#define REVOCATION_FIXTURE_H

// Revocation with a database, a download server's trust and a folder for the list.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "server/auth/device_auth.h"
#include "server/base/clock.h"
#include "server/base/file.h"
#include "server/pki/pki_folder.h"
#include "server/revocation/revocation.h"
#include "server/store/revocation_store.h"
#include "test/unit/server/store/store_fixture.h"

struct world {
    struct fixture *f;
    struct device_auth *auth;
    struct revocation *revocation;
    char folder[SCRATCH_PATH_SIZE];
    char list[SCRATCH_PATH_SIZE];
    size_t ended;      // times that end_clients() was called,
    bool was_shut_out; // when it was: MAC_1 at the download server
};

static inline size_t end_clients(void *ctx)
{
    struct world *w = ctx;

    w->ended++;
    w->was_shut_out = device_auth_is_revoked(w->auth, MAC_1);
    return 3;
}

static inline void begin(struct world *w)
{
    struct revocation_settings settings = {
        .store = w->f->store, .auth = w->auth, .folder = w->folder};
    struct err err = {0};

    if (revocation_open(&settings, &w->revocation, &err) < 0)
        fail_msg("%s", err.message);
    revocation_set_links(w->revocation, &(struct revocation_links){end_clients, w});
}

static inline void end(struct world *w)
{
    revocation_close(w->revocation);
    w->revocation = NULL;
}

static inline int set_up(void **state)
{
    static struct world w;
    struct pki_folder_order order = {.days = 1, .now_ms = clock_system_ms()};
    struct pki_folder_pair ca;

    umask(0077); // as of the daemon's unit
    memset(&w, 0, sizeof w);
    if (fixture_set_up((void **)&w.f) < 0)
        return -1;
    scratch_path(w.f->folder, "broker", w.folder);
    scratch_path(w.folder, "revoked", w.list);
    order.folder = w.f->folder;
    if (pki_folder_init(&order, "CA", &ca, NULL) < 0 ||
        device_auth_new(ca.public_path, &w.auth, NULL) < 0)
        return -1;
    *state = &w;
    begin(&w);
    return 0;
}

static inline int tear_down(void **state)
{
    struct world *w = *state;

    end(w);
    device_auth_free(w->auth);
    return fixture_tear_down((void **)&w->f);
}

static inline bool list_has(const struct world *w, const char *line)
{
    uint8_t *text = NULL;
    size_t n;

    if (file_read(w->list, 65536, &text, &n, NULL) < 0)
        return false;

    bool has = strstr((char *)text, line) != NULL;

    free(text);
    return has;
}

static inline int shut_out(
    struct world *w, const char *mac, struct revocation_outcome *out, struct err *err)
{
    struct revocation_wish wish = {.subject = mac, .reason = REVOCATION_REASON_USUAL};

    return revocation_revoke_device(w->revocation, &wish, out, err);
}

#endif
