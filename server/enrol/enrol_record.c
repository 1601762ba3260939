// Writes down who got which certificate.
#include "server/enrol/enrol_record.h"

#include <stdio.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/enrol/enrol_history.h"
#include "server/revocation/revocation_meet.h"
#include "server/store/enrolment_store.h"
#include "server/store/revocation_store.h"

static bool is_renewal(const struct enrol_record *it)
{
    return it->judge->own[0] != '\0';
}

// What the operator said since.
static bool still_holds(const struct enrol_record *it, const struct enrolment *row, bool is_there)
{
    if (is_renewal(it))
        return !is_there || row->state != ENROLMENT_REJECTED;
    return is_there && (row->state == ENROLMENT_APPROVED || row->state == ENROLMENT_ENROLLED) &&
           strcmp(row->key_sha256, it->judge->key_sha256) == 0;
}

// Whether the device was revoked meanwhile: 1 or 0, or an error.
static int is_revoked(
    struct store_connection *connection, const struct enrol_record *it, struct err *err)
{
    struct device_revocation now;
    int rc = revocation_store_get(connection, it->judge->mac, &now, err);

    if (rc < 0)
        return rc == ERR_NOT_FOUND ? 0 : rc;
    return now.revoked_at_ms != 0 && now.readmitted_at_ms == 0;
}

static void fill(const struct enrol_record *it, struct enrolment *row)
{
    const struct enrol_judge *judge = it->judge;

    if (is_renewal(it)) {
        row->last_asked_ms = clock_now_ms();
        if (row->first_asked_ms == 0)
            row->first_asked_ms = row->last_asked_ms;
        row->tries++;
        row->claim[0] = '\0';
        snprintf(row->address, sizeof row->address, "%s", judge->address);
    }
    if (is_renewal(it) || row->state != ENROLMENT_APPROVED) {
        snprintf(row->decided_by, sizeof row->decided_by, "%s", judge->by);
        row->decided_at_ms = clock_now_ms();
    }
    row->state = ENROLMENT_ENROLLED;
    row->code_sha256[0] = '\0';
    row->code_tries = 0;
    row->trouble[0] = '\0';
    row->trouble_at_ms = 0;
    snprintf(row->mac, sizeof row->mac, "%s", judge->mac);
    snprintf(row->key_sha256, sizeof row->key_sha256, "%s", judge->key_sha256);
    snprintf(row->serial, sizeof row->serial, "%s", it->record->serial);
}

static int put(struct store_connection *connection, const struct enrol_record *it,
    struct enrolment *row, struct err *err)
{
    fill(it, row);

    int rc = enrolment_store_put(connection, row, err);

    if (rc == 0)
        rc = enrolment_store_put_certificate(connection, row->mac, it->der, it->n, err);
    return rc < 0 ? rc
                  : enrol_history_enrolled(connection, row->mac, row->serial, row->decided_by, err);
}

int enrol_record_run(struct store_connection *connection, void *ctx, struct err *err)
{
    struct enrol_record *it = ctx;
    struct enrolment row;
    int found = enrolment_store_get(connection, it->judge->mac, &row, err);
    int rc;

    if (found < 0 && found != ERR_NOT_FOUND)
        return found;
    if (found == ERR_NOT_FOUND)
        memset(&row, 0, sizeof row);
    rc = revocation_meet_issued(connection, it->record, NULL, err);
    if (rc == 0)
        rc = is_revoked(connection, it, err);
    if (rc < 0)
        return rc;
    it->is_withdrawn = rc > 0 || !still_holds(it, &row, found == 0);
    return it->is_withdrawn ? 0 : put(connection, it, &row, err);
}

void enrol_record_tell(struct audit_told *told, const void *ctx)
{
    const struct enrol_record *it = ctx;

    audit_json_add_text(&told->after, "common_name", it->record->common_name);
    audit_json_add_text(&told->after, "fingerprint", it->record->fingerprint);
    audit_json_add_number(&told->after, "not_after_ms", it->record->not_after_ms);
    audit_json_add_text(&told->after, "decided_by", it->judge->by);
    audit_json_add_flag(&told->after, "given", !it->is_withdrawn);
}
