// Whether a device may fetch its private key.
#include "server/command/command_key.h"

#include <stdio.h>
#include <string.h>

#include "server/audit/audit_run.h"
#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/model/event_kind.h"
#include "server/store/certificate_store.h"
#include "server/store/device_store.h"
#include "server/store/event_store.h"
#include "server/store/revocation_store.h"

struct request {
    const struct command_key_wish *wish;
    struct key_permit permit;
};

static int note_one(const struct certificate_record *record, void *ctx)
{
    (void)record;
    (void)ctx;
    return 1;
}

// It has reported, or there is a certificate of it.
static int check_known(struct store_connection *connection, const char *mac, struct err *err)
{
    struct device_record device;
    int rc = device_store_get(connection, mac, &device, err);

    if (rc != ERR_NOT_FOUND)
        return rc;
    rc = certificate_store_each_of(connection, mac, note_one, NULL, err);
    if (rc == 0)
        return err_set(err, ERR_NOT_FOUND, "no device %s, nor a certificate of it", mac);
    return rc < 0 ? rc : 0;
}

static int check_device(
    struct store_connection *connection, const struct command_key_wish *wish, struct err *err)
{
    struct device_revocation revocation = {.readmitted_at_ms = 1};
    int rc = check_known(connection, wish->mac, err);

    if (rc < 0)
        return rc;
    rc = revocation_store_get(connection, wish->mac, &revocation, NULL);
    if (rc < 0 && rc != ERR_NOT_FOUND)
        return err_set(err, rc, "the database cannot be read");
    if (!wish->on || revocation.readmitted_at_ms != 0)
        return 0;
    return err_set(err, ERR_CONFLICT,
        "device %s is revoked, and gets no key; 'secureesp devices readmit %s' lets it in again",
        wish->mac, wish->mac);
}

// In the history of a device that has one.
static int write_event(
    struct store_connection *connection, const struct command_key_wish *wish, struct err *err)
{
    struct event event = {.at_ms = clock_now_ms(), .kind = EVENT_KIND_KEY};
    struct device_record device;
    int rc = device_store_get(connection, wish->mac, &device, err);

    if (rc < 0)
        return rc == ERR_NOT_FOUND ? 0 : rc;
    snprintf(event.mac, sizeof event.mac, "%s", wish->mac);
    snprintf(event.detail, sizeof event.detail, "%s: %s",
        wish->on ? "its private key may be fetched once" : "its private key may not be fetched",
        wish->by->who);
    return event_store_add(connection, &event, EVENT_CLASS_OUTCOME, err);
}

static int apply(struct store_connection *connection, void *ctx, struct err *err)
{
    struct request *request = ctx;
    const struct command_key_wish *wish = request->wish;
    struct key_permit *permit = &request->permit;
    int rc = check_device(connection, wish, err);

    memset(permit, 0, sizeof *permit);
    if (rc == 0 && wish->on) {
        snprintf(permit->mac, sizeof permit->mac, "%s", wish->mac);
        snprintf(permit->allowed_by, sizeof permit->allowed_by, "%s", wish->by->who);
        permit->allowed_at_ms = clock_now_ms();
        permit->sealed = wish->sealed;
        permit->sealed_size = wish->sealed_size;
        rc = key_permit_store_put(connection, permit, err);
    } else if (rc == 0) {
        rc = key_permit_store_remove(connection, wish->mac, err);
    }
    return rc < 0 ? rc : write_event(connection, wish, err);
}

int command_key_switch(struct store *store, const struct command_key_wish *wish,
    struct key_permit *out, struct err *err)
{
    struct request request = {.wish = wish};
    struct audit_change change = {.by = wish->by,
        .verb = wish->on ? "allow-key" : "refuse-key",
        .kind = AUDIT_DEVICE,
        .object = wish->mac};
    int rc = audit_run(store, &change, apply, &request, err);

    if (rc < 0)
        return rc;
    log_warning("command", "private key %s mac=%s by=%s",
        wish->on ? "may be fetched once" : "may not be fetched", wish->mac, wish->by->who);
    *out = request.permit;
    out->sealed = NULL;
    out->sealed_size = 0;
    return 0;
}

int command_key_check(struct store_connection *connection, const char *mac, struct err *err)
{
    struct key_permit permit;
    int rc = key_permit_store_get(connection, mac, &permit, err);

    if (rc < 0 && rc != ERR_NOT_FOUND)
        return rc;
    if (rc == 0 && permit.fetched_at_ms == 0)
        return 0;
    return err_set(err, ERR_CONFLICT,
        "device %s %s its private key; 'secureesp devices key %s on --key FILE' lets it do so once",
        mac, rc == 0 ? "has fetched" : "may not fetch", mac);
}
