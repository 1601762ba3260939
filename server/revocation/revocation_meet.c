// Certificates that are met, remembered.
#include "server/revocation/revocation_meet.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/mac.h"
#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/pki/issuer.h"
#include "server/store/certificate_store.h"
#include "server/store/revocation_store.h"

// Where the validity of those begins, at the earliest, that were issued since the device was
// revoked; of one on hold as revocation_change_revoke() would have it of one that is not.
static int64_t new_from_ms(const struct device_revocation *now)
{
    if (now->before_ms > 0 && !revocation_reason_is_hold(now->reason))
        return now->before_ms;
    return (now->revoked_at_ms / 1000 - ISSUER_BACKDATE_S) * 1000;
}

// One of a revoked device that is older than its revocation counts as known then.
static int revoke_with_device(
    struct store_connection *connection, const struct certificate_record *record, struct err *err)
{
    struct device_revocation now;
    int rc = revocation_store_get(connection, record->mac, &now, err);

    if (rc < 0 || now.readmitted_at_ms != 0)
        return rc == ERR_NOT_FOUND ? 0 : rc;

    struct certificate_store_wish wish = {
        record->mac, now.revoked_at_ms, now.reason, new_from_ms(&now)};

    rc = certificate_store_revoke_device(connection, &wish, err);
    return rc < 0 ? rc : 0;
}

// Whether the device has as many as are kept.
static int is_full(
    struct store_connection *connection, const struct certificate_record *record, struct err *err)
{
    int64_t count = 0;
    int rc = certificate_store_count_met(connection, record->mac, &count, err);

    if (rc < 0 || count < REVOCATION_MEET_MAX)
        return rc;
    log_info("revocation",
        "certificate not remembered mac=%s serial=%s: %d of the device are already known",
        record->mac, record->serial, REVOCATION_MEET_MAX);
    return 1;
}

int revocation_meet_issued(struct store_connection *connection,
    const struct certificate_record *record, bool *added, struct err *err)
{
    int rc = certificate_store_add(connection, record, added, err);

    return rc < 0 || record->mac[0] == '\0' ? rc : revoke_with_device(connection, record, err);
}

// A store_job. Of one that is known nothing is written.
static int add(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct certificate_record *record = ctx;
    int rc = certificate_store_has(connection, record->serial, record->fingerprint, err);

    if (rc == 0)
        rc = is_full(connection, record, err);
    if (rc != 0)
        return rc < 0 ? rc : 0;
    return revocation_meet_issued(connection, record, NULL, err);
}

void revocation_meet_describe(const struct certificate_facts *facts, const char *mac,
    enum certificate_origin origin, struct certificate_record *out)
{
    *out = (struct certificate_record){
        .is_server = facts->is_server,
        .not_before_ms = facts->begins_ms,
        .not_after_ms = facts->not_after_ms,
        .known_at_ms = clock_now_ms(),
        .origin = origin,
    };
    snprintf(out->serial, sizeof out->serial, "%s", facts->serial);
    snprintf(out->common_name, sizeof out->common_name, "%s", facts->common_name);
    snprintf(out->unit, sizeof out->unit, "%s", facts->unit);
    snprintf(out->fingerprint, sizeof out->fingerprint, "%s", facts->fingerprint);
    if (mac != NULL)
        snprintf(out->mac, sizeof out->mac, "%s", mac);
    else
        (void)mac_parse(facts->common_name, out->mac);
}

void revocation_meet_post(struct store *store, const struct certificate_facts *facts,
    const char *mac, enum certificate_origin origin)
{
    struct certificate_record *record = calloc(1, sizeof *record);

    if (record == NULL)
        return; // it is met again
    revocation_meet_describe(facts, mac, origin, record);
    (void)store_post(store, add, record, free);
}
