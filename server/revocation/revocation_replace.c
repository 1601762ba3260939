// A device gets the place of another, all in one transaction.
#include "server/revocation/revocation_replace.h"

#include <stdio.h>
#include <string.h>

#include "common/contract.h"
#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/model/event_kind.h"
#include "server/revocation/revocation_place.h"
#include "server/store/device_store.h"
#include "server/store/event_store.h"
#include "server/store/fault_store.h"
#include "server/store/label_store.h"
#include "server/store/mark_store.h"
#include "server/store/revocation_store.h"
#include "server/store/tag_store.h"

#define NEW_MS (24 * INT64_C(3600000)) // a device that was first seen later is new

// The two, as they are before.
struct pair {
    struct device_record old;
    struct device_record new;
    bool is_known; // the new one
};

static int read_pair(struct store_connection *connection, const struct revocation_replace *replace,
    struct pair *pair, struct err *err)
{
    int rc = device_store_get(connection, replace->change.subject, &pair->old, err);

    if (rc < 0)
        return rc;
    rc = device_store_get(connection, replace->by, &pair->new, err);
    pair->is_known = rc == 0;
    return rc == ERR_NOT_FOUND ? 0 : rc;
}

static struct revocation_place_pair places_of(const struct revocation_replace *replace)
{
    return (struct revocation_place_pair){replace->change.subject, replace->by};
}

static int check_new(struct store_connection *connection, const struct revocation_replace *replace,
    const struct pair *pair, struct err *err)
{
    struct revocation_place_pair places = places_of(replace);
    struct device_revocation revocation;
    bool undo = false;
    int rc = revocation_store_get(connection, replace->by, &revocation, err);

    if (rc < 0 && rc != ERR_NOT_FOUND)
        return rc;
    if (rc == 0 && revocation.readmitted_at_ms == 0)
        return err_set(err, ERR_CONFLICT,
            "device %s is itself revoked; first 'secureesp devices readmit %s'", replace->by,
            replace->by);
    rc = revocation_place_is_undo(connection, &places, &undo, err);
    if (rc < 0 || undo || replace->force || !pair->is_known || pair->new.last_seen_ms == 0 ||
        pair->new.first_seen_ms > clock_now_ms() - NEW_MS)
        return rc;
    return err_set(err, ERR_CONFLICT,
        "device %s is not new, and has a history of its own; --force merges both", replace->by);
}

static int check(struct store_connection *connection, const struct revocation_replace *replace,
    struct pair *pair, struct err *err)
{
    struct revocation_place_pair places = places_of(replace);
    const char *old = replace->change.subject;
    int rc;

    if (strcmp(old, replace->by) == 0)
        return err_set(err, ERR_INVALID, "%s cannot replace itself", old);
    rc = revocation_place_check(connection, &places, replace->force, err);
    if (rc == 0)
        rc = read_pair(connection, replace, pair, err);
    if (rc != 0)
        return rc;
    if (pair->old.online && !replace->force)
        return err_set(err, ERR_CONFLICT,
            "device %s is online; if it is the lost one all the same, --force shuts it out and "
            "gives its place away",
            old);
    return check_new(connection, replace, pair, err);
}

int revocation_replace_find(
    struct store *store, struct revocation_replace *replace, struct err *err)
{
    struct store_connection *connection;
    struct pair pair;
    int rc;

    do {
        rc = store_read_begin(store, &connection, err);
        if (rc < 0)
            return rc;
        rc = check(connection, replace, &pair, err);
        if (rc == 0)
            rc = status_found_search(connection, replace->change.subject, &replace->statuses, err);
        store_read_end(store, connection);
    } while (rc > 0);
    return rc;
}

// The name that a device has by itself says nothing.
static bool has_own_name(const struct device_record *device)
{
    char usual[sizeof CONTRACT_NAME_PREFIX + MAC_SIZE];

    snprintf(usual, sizeof usual, CONTRACT_NAME_PREFIX "%s", device->mac);
    return device->status.name[0] != '\0' && strcmp(device->status.name, usual) != 0;
}

// What counts on, whichever board is there.
static void join(struct device_record *to, struct device_record *from)
{
    if (to->first_seen_ms == 0 || from->first_seen_ms < to->first_seen_ms)
        to->first_seen_ms = from->first_seen_ms;
    to->reboots += from->reboots;
    to->bad_payloads += from->bad_payloads;
    if (to->bad_payload_at_ms < from->bad_payload_at_ms)
        to->bad_payload_at_ms = from->bad_payload_at_ms;
    from->reboots = 0;
    from->bad_payloads = 0;
    from->bad_payload_at_ms = 0;
}

static int put_pair(struct store_connection *connection, const struct revocation_replace *replace,
    struct pair *pair, struct err *err)
{
    if (!pair->is_known) {
        pair->new = (struct device_record){.reason = DEVICE_REASON_NEVER};
        snprintf(pair->new.mac, sizeof pair->new.mac, "%s", replace->by);
        pair->new.first_seen_ms = pair->old.first_seen_ms;
    }
    if (pair->new.status.name[0] == '\0' && has_own_name(&pair->old))
        snprintf(pair->new.status.name, sizeof pair->new.status.name, "%s", pair->old.status.name);
    join(&pair->new, &pair->old);

    int rc = device_store_put(connection, &pair->new, NULL, err);

    return rc < 0 ? rc : device_store_put(connection, &pair->old, NULL, err);
}

static int move_history(
    struct store_connection *connection, const struct revocation_replace *replace, struct err *err)
{
    const char *const macs[2] = {replace->change.subject, replace->by};
    int rc = status_store_move(connection, macs, &replace->statuses, err);

    if (rc == 0)
        rc = event_store_move(connection, macs, err);
    if (rc == 0)
        rc = fault_store_move(connection, macs, err);
    if (rc == 0)
        rc = tag_store_move(connection, macs, err);
    if (rc == 0)
        rc = label_store_move(connection, macs, err);
    return rc < 0 ? rc : mark_store_move(connection, macs, err);
}

static int add_event(
    struct store_connection *connection, const struct revocation_replace *replace, struct err *err)
{
    struct event event = {.at_ms = clock_now_ms()};

    snprintf(event.mac, sizeof event.mac, "%s", replace->by);
    snprintf(event.kind, sizeof event.kind, "%s", EVENT_KIND_REPLACED);
    snprintf(event.detail, sizeof event.detail, "it has the place of %s", replace->change.subject);
    return event_store_add(connection, &event, EVENT_CLASS_OUTCOME, err);
}

int revocation_replace_run(struct store_connection *connection, void *ctx, struct err *err)
{
    struct revocation_replace *replace = ctx;
    struct revocation_place_pair places = places_of(replace);
    struct pair pair = {0};
    int rc = check(connection, replace, &pair, err);

    if (rc == 0)
        rc = put_pair(connection, replace, &pair, err);
    if (rc == 0)
        rc = move_history(connection, replace, err);
    if (rc == 0)
        rc = add_event(connection, replace, err);
    if (rc == 0)
        rc = revocation_change_revoke(connection, &replace->change, err);
    return rc < 0 ? rc : revocation_place_move(connection, &places, &replace->now, err);
}

void revocation_replace_clear(struct revocation_replace *replace)
{
    status_found_clear(&replace->statuses);
}

// The change is the first member of a revocation_replace.
static void audit(const struct revocation_change *change)
{
    const struct revocation_replace *replace = (const struct revocation_replace *)change;

    log_warning("revocation",
        "device replaced mac=%s by=%s reason=%s certificates=%zu commands=%zu number=%lld",
        change->subject, replace->by, change->now.reason, change->certificates, change->commands,
        (long long)change->number);
}

int revocation_replace_device(struct revocation *revocation,
    const struct revocation_replace_wish *wish, struct revocation_outcome *out,
    struct replacement *now, struct err *err)
{
    struct revocation_replace replace = {
        .change = {.subject = wish->wish.subject,
            .reason = wish->wish.reason,
            .audit = {.by = wish->wish.by,
                .verb = "replace",
                .kind = AUDIT_DEVICE,
                .object = wish->wish.subject,
                .forced = wish->force},
            .log = audit},
        .by = wish->by,
        .force = wish->force,
    };
    int rc = revocation_replace_find(wish->store, &replace, err);

    if (rc == 0)
        rc = revocation_run(revocation, revocation_replace_run, &replace.change, out, err);
    revocation_replace_clear(&replace);
    if (rc < 0)
        return rc;
    *now = replace.now;
    return 0;
}
