// A change of the CA, from phase to phase.
#include "server/rotation/rotation_change.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/audit/audit_run.h"
#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/pki/certificate_facts.h"
#include "server/pki/issued.h"
#include "server/rotation/rotation_fate.h"
#include "server/store/rotation_store.h"

struct start {
    const char *old_ca, *new_ca;
    bool is_new;
};

static bool is_fingerprint(const char *text)
{
    return strlen(text) == ROTATION_CA_SIZE - 1 &&
           strspn(text, "0123456789abcdef") == ROTATION_CA_SIZE - 1;
}

static int start_job(struct store_connection *connection, void *ctx, struct err *err)
{
    struct start *start = ctx;
    struct rotation rotation;
    int rc = rotation_store_get(connection, &rotation, err);

    if (rc < 0)
        return rc;
    start->is_new = rotation.phase == ROTATION_NONE;
    if (!start->is_new && strcmp(rotation.old_ca, start->old_ca) == 0 &&
        strcmp(rotation.new_ca, start->new_ca) == 0)
        return 0;
    if (!start->is_new)
        return err_set(err, ERR_CONFLICT, "another change of the CA is under way, in the phase %s",
            rotation_phase_name(rotation.phase));
    rotation.phase = ROTATION_TRUST;
    snprintf(rotation.old_ca, sizeof rotation.old_ca, "%s", start->old_ca);
    snprintf(rotation.new_ca, sizeof rotation.new_ca, "%s", start->new_ca);
    rotation.started_at_ms = rotation.phase_at_ms = clock_now_ms();
    rc = rotation_store_put(connection, &rotation, err);
    return rc < 0 ? rc : rotation_store_join(connection, true, rotation.phase_at_ms, err);
}

int rotation_change_start(struct store *store, const struct audit_author *by, const char *old_ca,
    const char *new_ca, struct err *err)
{
    struct start start = {old_ca, new_ca, false};
    struct audit_change change = {.by = by, .verb = "start", .kind = AUDIT_ROTATION};

    if (!is_fingerprint(old_ca) || !is_fingerprint(new_ca) || strcmp(old_ca, new_ca) == 0)
        return err_set(err, ERR_INVALID, "old and new must be the SHA-256 of two CAs");

    int rc = audit_run(store, &change, start_job, &start, err);

    if (rc == 0 && start.is_new)
        log_info("rotation", "the CA changes old=%s new=%s", old_ca, new_ca);
    return rc;
}

struct advance {
    const struct rotation_change_wish *wish;
    size_t lost;
    bool is_new;
};

static int leave(struct store_connection *connection, const char *mac, struct err *err)
{
    struct rotation_device device;
    int rc = rotation_store_get_device(connection, mac, &device, err);

    if (rc < 0)
        return rc;
    device.is_left = true;
    return rotation_store_put_device(connection, &device, err);
}

// What may follow on what.
static bool may_follow(enum rotation_phase from, enum rotation_phase to)
{
    switch (to) {
    case ROTATION_CERTIFICATES: return from == ROTATION_TRUST;
    case ROTATION_LAST: return from == ROTATION_CERTIFICATES;
    case ROTATION_ABORTING: return from == ROTATION_TRUST || from == ROTATION_CERTIFICATES;
    default: return false;
    }
}

static int begin_phase(struct store_connection *connection, struct rotation *rotation,
    struct advance *advance, struct err *err)
{
    enum rotation_phase to = advance->wish->to;
    bool in_doubt = to == ROTATION_ABORTING;
    // Nobody is lost by going back, as long as both CAs are trusted.
    int rc = to == ROTATION_ABORTING
                 ? 0
                 : rotation_fate_check(connection, rotation->phase, &advance->lost, err);

    if (rc < 0)
        return rc;
    rotation->phase = to;
    rotation->phase_at_ms = clock_now_ms();
    advance->is_new = true;
    rc = rotation_store_begin_phase(connection, in_doubt, rotation->phase_at_ms, err);
    return rc < 0 ? rc : rotation_store_put(connection, rotation, err);
}

static int advance_job(struct store_connection *connection, void *ctx, struct err *err)
{
    struct advance *advance = ctx;
    const struct rotation_change_wish *wish = advance->wish;
    struct rotation rotation;
    int rc = rotation_store_get(connection, &rotation, err);

    advance->is_new = false;
    if (rc == 0 && rotation.phase == ROTATION_NONE)
        rc = err_set(err, ERR_NOT_FOUND, "no change of the CA is under way");
    if (rc == 0 && rotation.phase != wish->to && !may_follow(rotation.phase, wish->to))
        rc = err_set(err, ERR_CONFLICT, "the change of the CA is in the phase %s",
            rotation_phase_name(rotation.phase));
    if (rc == 0)
        rc = rotation_store_join(connection, true, clock_now_ms(), err);
    for (size_t i = 0; rc == 0 && i < wish->left_count; i++)
        rc = leave(connection, wish->left[i], err);
    if (rc == 0 && rotation.phase != wish->to)
        rc = begin_phase(connection, &rotation, advance, err);
    if (rc < 0 || wish->to != ROTATION_ABORTING)
        return rc;
    rc = rotation_fate_check(connection, ROTATION_ABORTING, &advance->lost, NULL);
    return rc == ERR_CONFLICT ? 0 : rc;
}

int rotation_change_advance(
    struct store *store, const struct rotation_change_wish *wish, size_t *moved, struct err *err)
{
    struct advance advance = {.wish = wish};
    struct audit_change change = {.by = wish->by,
        .verb = wish->to == ROTATION_ABORTING ? "abort" : "advance",
        .kind = AUDIT_ROTATION};
    int rc = audit_run(store, &change, advance_job, &advance, err);

    if (rc < 0)
        return rc;
    if (advance.is_new)
        log_info(
            "rotation", "the change of the CA goes on phase=%s", rotation_phase_name(wish->to));
    *moved = advance.lost;
    return 0;
}

struct given {
    char mac[MAC_SIZE];
    char ca[ROTATION_CA_SIZE];
    char key_sha256[DIGEST_SHA256_TEXT_SIZE];
    char *pem;
};

struct batch {
    struct device_auth *auth;
    struct given *given;
    size_t count, room;
    size_t taken;
    struct err *err;
};

static struct given *grow(struct batch *batch)
{
    if (batch->count == batch->room) {
        size_t room = batch->room == 0 ? 64 : 2 * batch->room;
        struct given *grown = realloc(batch->given, room * sizeof *grown);

        if (grown == NULL)
            return NULL;
        batch->given = grown;
        batch->room = room;
    }
    return &batch->given[batch->count];
}

static int take(const struct certificate *certificate, void *ctx)
{
    struct batch *batch = ctx;
    struct certificate_facts facts = {0};
    char mac[MAC_SIZE];
    char ca[ROTATION_CA_SIZE];
    int rc = device_auth_find_root(batch->auth, certificate, ca, batch->err);

    if (rc == ERR_UNTRUSTED)
        return 0;
    if (rc == 0)
        rc = certificate_facts_of(certificate, &facts, batch->err);
    if (rc < 0)
        return rc;
    if (facts.is_server || !mac_parse(facts.common_name, mac))
        return 0;

    struct given *given = grow(batch);

    if (given == NULL)
        return err_set(batch->err, ERR_NO_MEMORY, "no memory for certificates");
    memcpy(given->mac, mac, sizeof mac);
    memcpy(given->ca, ca, sizeof ca);
    rc = certificate_key_id(certificate, given->key_sha256, batch->err);
    if (rc == 0)
        rc = certificate_to_pem(certificate, &given->pem, batch->err);
    if (rc == 0)
        batch->count++;
    return rc;
}

static int put_all(struct store_connection *connection, void *ctx, struct err *err)
{
    struct batch *batch = ctx;
    struct rotation rotation;
    int rc = rotation_store_get(connection, &rotation, err);

    batch->taken = 0;
    if (rc == 0 && rotation.phase == ROTATION_NONE)
        rc = err_set(err, ERR_NOT_FOUND, "no change of the CA is under way");
    for (size_t i = 0; rc == 0 && i < batch->count; i++) {
        const struct given *given = &batch->given[i];
        bool is_new = strcmp(given->ca, rotation.new_ca) == 0;

        if (!is_new && strcmp(given->ca, rotation.old_ca) != 0)
            continue;

        struct rotation_store_certificate certificate = {
            given->mac, given->key_sha256, is_new, given->pem};

        rc = rotation_store_put_certificate(connection, &certificate, err);
        batch->taken++;
    }
    return rc;
}

static void tell_taken(struct audit_told *told, const void *ctx)
{
    const struct batch *batch = ctx;

    if (batch->taken > 0)
        audit_json_add_number(&told->after, "certificates", (int64_t)batch->taken);
}

int rotation_change_add_certificates(struct store *store, struct device_auth *auth,
    const struct rotation_change_text *text, size_t *count, struct err *err)
{
    struct batch batch = {.auth = auth, .err = err};
    struct audit_change change = {
        .by = text->by, .verb = "record", .kind = AUDIT_ROTATION, .tell = tell_taken};
    int rc = text->n > 0 ? issued_parse(text->p, text->n, take, &batch, err)
                         : err_set(err, ERR_INVALID, "the body must be certificates in PEM");

    if (rc == 0)
        rc = audit_run(store, &change, put_all, &batch, err);
    for (size_t i = 0; i < batch.count; i++)
        free(batch.given[i].pem);
    free(batch.given);
    if (rc == 0)
        *count = batch.taken;
    return rc;
}
