// Certificates on their way into the store.
#include "server/revocation/revocation_register.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/audit/audit_run.h"
#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/pki/certificate_facts.h"
#include "server/pki/issued.h"
#include "server/revocation/revocation_meet.h"
#include "server/store/certificate_store.h"
#include "server/store/revocation_store.h"

struct batch {
    struct device_auth *auth;
    struct certificate_record *records;
    size_t count;
    size_t room;
    size_t *added; // their places, as many as result.added
    struct revocation_register_result result;
    struct revocation_register_result *out; // the same, once all are in
    struct err *err;
};

static struct certificate_record *grow(struct batch *batch)
{
    if (batch->count == batch->room) {
        size_t room = batch->room == 0 ? 64 : 2 * batch->room;
        struct certificate_record *grown = realloc(batch->records, room * sizeof *grown);

        if (grown == NULL)
            return NULL;
        batch->records = grown;
        batch->room = room;
    }
    return &batch->records[batch->count++];
}

static int take(const struct certificate *certificate, void *ctx)
{
    struct batch *batch = ctx;
    struct certificate_facts facts;
    int rc = device_auth_vouches(batch->auth, certificate, batch->err);

    if (rc == ERR_UNTRUSTED) {
        batch->result.foreign++;
        return 0;
    }
    if (rc == 0)
        rc = certificate_facts_of(certificate, &facts, batch->err);
    if (rc < 0)
        return rc;

    struct certificate_record *record = grow(batch);

    if (record == NULL)
        return err_set(batch->err, ERR_NO_MEMORY, "no memory for certificates");
    revocation_meet_describe(&facts, NULL, CERTIFICATE_ISSUED, record);
    return 0;
}

// Whether whoever has it is shut out.
static int is_revoked(struct store_connection *connection, const struct certificate_record *record,
    bool *out, struct err *err)
{
    struct certificate_record stored;
    struct device_revocation device;
    int rc = certificate_store_get(connection, record->serial, &stored, err);

    if (rc < 0)
        return rc;
    rc = record->mac[0] != '\0' ? revocation_store_get(connection, record->mac, &device, err)
                                : ERR_NOT_FOUND;
    if (rc < 0 && rc != ERR_NOT_FOUND)
        return rc;
    *out = certificate_record_standing(&stored, rc == 0 ? &device : NULL, clock_system_ms())
               .revoked_at_ms != 0;
    return 0;
}

// A store_job.
static int add_all(struct store_connection *connection, void *ctx, struct err *err)
{
    struct batch *batch = ctx;
    struct revocation_register_result *result = &batch->result;
    int rc = 0;

    result->added = result->known = result->revoked = 0;
    for (size_t i = 0; i < batch->count && rc == 0; i++) {
        const struct certificate_record *record = &batch->records[i];
        bool is_new = false;
        bool revoked = false;

        rc = revocation_meet_issued(connection, record, &is_new, err);
        if (rc == 0)
            rc = is_revoked(connection, record, &revoked, err);
        if (is_new)
            batch->added[result->added++] = i;
        result->known += !is_new;
        if (revoked && result->revoked++ == 0)
            memcpy(result->revoked_name, record->common_name, sizeof result->revoked_name);
    }
    if (rc == 0)
        *batch->out = *result;
    return rc;
}

static const char *serial_of(size_t i, void *ctx)
{
    const struct batch *batch = ctx;

    return batch->records[batch->added[i]].serial;
}

static void tell(struct audit_told *told, const void *ctx)
{
    const struct batch *batch = ctx;

    if (batch->result.added == 0)
        return;
    if (batch->result.added == 1)
        snprintf(told->object, sizeof told->object, "%s", batch->records[batch->added[0]].serial);
    audit_json_add_number(&told->after, "count", (int64_t)batch->result.added);
    audit_json_add_list(
        &told->after, "serials", batch->result.added, serial_of, (void *)(uintptr_t)batch);
}

int revocation_register_add(struct store *store, struct device_auth *auth,
    const struct revocation_register_text *text, struct revocation_register_result *out,
    struct err *err)
{
    struct batch batch = {.auth = auth, .out = out, .err = err};
    struct audit_change change = {
        .by = text->by, .verb = "record", .kind = AUDIT_CERTIFICATE, .tell = tell};
    int rc = text->n > 0 ? issued_parse(text->p, text->n, take, &batch, err) : 0;

    if (rc == 0 && batch.count + batch.result.foreign == 0)
        rc = err_set(err, ERR_INVALID, "the body must be certificates in PEM");
    if (rc == 0) {
        batch.added = calloc(batch.count + 1, sizeof *batch.added);
        if (batch.added == NULL)
            rc = err_set(err, ERR_NO_MEMORY, "no memory for certificates");
    }
    if (rc == 0 && batch.count > 0)
        rc = audit_run(store, &change, add_all, &batch, err);
    free(batch.added);
    free(batch.records);
    if (rc < 0)
        return rc;
    log_info("certificates", "recorded added=%zu known=%zu foreign=%zu", batch.result.added,
        batch.result.known, batch.result.foreign);
    *out = batch.result;
    return 0;
}
