// What revoking changes in the database.
#include "server/revocation/revocation_change.h"

#include <stdio.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/command/command_end.h"
#include "server/model/event_kind.h"
#include "server/pki/issuer.h"
#include "server/revocation/revocation_bearer.h"
#include "server/store/certificate_store.h"
#include "server/store/device_store.h"
#include "server/store/event_store.h"
#include "server/store/retained_store.h"
#include "server/store/revocation_store.h"

// Counts the change, so that no two lists bear the same number.
static int count(
    struct store_connection *connection, struct revocation_change *change, struct err *err)
{
    int rc = revocation_store_get_number(connection, &change->number, err);

    if (rc < 0 || !change->changed)
        return rc;
    return revocation_store_set_number(connection, ++change->number, err);
}

static int add_event(struct store_connection *connection, const char *mac, const char *kind,
    const char *detail, struct err *err)
{
    struct event event = {.at_ms = clock_now_ms()};

    snprintf(event.mac, sizeof event.mac, "%s", mac);
    snprintf(event.kind, sizeof event.kind, "%s", kind);
    snprintf(event.detail, sizeof event.detail, "%s", detail);
    return event_store_add(connection, &event, EVENT_CLASS_OUTCOME, err);
}

// How the device stands; one that never was revoked has all 0.
static int read_now(
    struct store_connection *connection, struct revocation_change *change, struct err *err)
{
    int rc = revocation_store_get(connection, change->subject, &change->now, err);

    if (rc != ERR_NOT_FOUND)
        return rc;
    memset(&change->now, 0, sizeof change->now);
    snprintf(change->now.mac, sizeof change->now.mac, "%s", change->subject);
    return 0;
}

static bool is_revoked(const struct device_revocation *now)
{
    return now->revoked_at_ms != 0 && now->readmitted_at_ms == 0;
}

// Certificates have their dates by the system's clock, in whole seconds, and begin a little before
// they are issued: one that is issued in this second, after this, is a new one.
int64_t revocation_change_before_ms(void)
{
    return (clock_system_ms() / 1000 - ISSUER_BACKDATE_S) * 1000;
}

static void take_reason(struct device_revocation *now, const char *reason)
{
    int64_t before_ms = revocation_change_before_ms();

    if (!is_revoked(now))
        now->revoked_at_ms = clock_now_ms();
    now->readmitted_at_ms = 0;
    snprintf(now->reason, sizeof now->reason, "%s", reason);
    if (!revocation_reason_is_hold(reason) && now->before_ms < before_ms)
        now->before_ms = before_ms;
}

// What it has left at the broker nobody else may take away.
static int ask_to_clear(
    struct store_connection *connection, const struct device_record *device, struct err *err)
{
    struct retained retained = {.at_ms = clock_now_ms()};

    memcpy(retained.mac, device->mac, sizeof retained.mac);
    memcpy(retained.spelling, device->spelling, sizeof retained.spelling);
    return retained_store_put(connection, &retained, err);
}

// The device's own row, so that it is seen at once, and the event has something to refer to.
static int mark_device(
    struct store_connection *connection, struct revocation_change *change, struct err *err)
{
    struct device_record device;
    int rc = device_store_get(connection, change->subject, &device, err);

    change->reported = rc == 0 && device.last_seen_ms != 0;
    if (rc == ERR_NOT_FOUND) {
        memset(&device, 0, sizeof device);
        snprintf(device.mac, sizeof device.mac, "%s", change->subject);
        device.first_seen_ms = clock_now_ms();
        rc = 0;
    }
    if (rc < 0)
        return rc;
    device.online = false;
    device.reason = DEVICE_REASON_REVOKED;
    rc = device_store_put(connection, &device, NULL, err);
    return rc < 0 ? rc : ask_to_clear(connection, &device, err);
}

static int revoke_certificates(
    struct store_connection *connection, struct revocation_change *change, struct err *err)
{
    struct certificate_store_wish wish = {
        change->subject, clock_now_ms(), change->reason, INT64_MAX};
    int rc = certificate_store_revoke_device(connection, &wish, err);

    change->certificates = rc > 0 ? (size_t)rc : 0;
    return rc < 0 ? rc : 0;
}

// As the history has it.
static const char *words_of(const char *reason)
{
    return strcmp(reason, REVOCATION_REASON_LISTED) == 0 ? REVOCATION_REASON_LISTED
               ": by the list, which was newer than the database"
                                                         : reason;
}

static int end_commands(struct store_connection *connection, struct revocation_change *change,
    const char *mac, const char *what, struct err *err)
{
    const char *reason = change->now.reason[0] != '\0' ? change->now.reason : change->reason;
    char why[COMMAND_DETAIL_SIZE];

    snprintf(why, sizeof why, "%s revoked (%s)", what, reason);
    return command_end_revoked(connection, mac, why, &change->commands, err);
}

int revocation_change_revoke(struct store_connection *connection, void *ctx, struct err *err)
{
    struct revocation_change *change = ctx;
    int rc = read_now(connection, change, err);

    if (rc < 0)
        return rc;
    change->changed = !is_revoked(&change->now) || (revocation_reason_is_hold(change->now.reason) &&
                                                       !revocation_reason_is_hold(change->reason));
    if (change->changed)
        take_reason(&change->now, change->reason);
    // Also of one that was revoked already: it may have been forgotten since.
    rc = mark_device(connection, change, err);
    if (rc == 0 && change->changed)
        rc = revocation_store_put(connection, &change->now, err);
    if (rc == 0 && change->changed)
        rc = revoke_certificates(connection, change, err);
    if (rc == 0)
        rc = end_commands(connection, change, change->subject, "the device was", err);
    if (rc == 0 && change->changed)
        rc = add_event(
            connection, change->subject, EVENT_KIND_REVOKED, words_of(change->reason), err);
    return rc < 0 ? rc : count(connection, change, err);
}

// One that was forgotten meanwhile is known again when it reports.
static int unmark_device(
    struct store_connection *connection, const struct revocation_change *change, struct err *err)
{
    struct device_record device;
    int rc = device_store_get(connection, change->subject, &device, err);

    if (rc < 0)
        return rc == ERR_NOT_FOUND ? 0 : rc;
    device.reason = device.last_seen_ms != 0 ? DEVICE_REASON_SILENT : DEVICE_REASON_NEVER;
    rc = device_store_put(connection, &device, NULL, err);
    return rc < 0 ? rc
                  : add_event(connection, change->subject, EVENT_KIND_READMITTED,
                        change->now.reason, err);
}

static int stop(const struct certificate_record *record, void *ctx)
{
    (void)record;
    (void)ctx;
    return 1;
}

// Of a device that is not revoked: whether there is one. It may be a slip of the hand.
static int check_known(
    struct store_connection *connection, const struct revocation_change *change, struct err *err)
{
    struct device_record device;
    int rc = device_store_get(connection, change->subject, &device, err);

    if (rc != ERR_NOT_FOUND || change->now.revoked_at_ms != 0)
        return rc == ERR_NOT_FOUND ? 0 : rc;
    rc = certificate_store_each_of(connection, change->subject, stop, NULL, err);
    if (rc != 0)
        return rc < 0 ? rc : 0;
    return err_set(err, ERR_NOT_FOUND,
        "device %s is not known, and was never revoked; 'secureesp devices list --state revoked' "
        "shows those that are",
        change->subject);
}

int revocation_change_readmit(struct store_connection *connection, void *ctx, struct err *err)
{
    struct revocation_change *change = ctx;
    int rc = read_now(connection, change, err);

    if (rc < 0)
        return rc;
    change->changed = is_revoked(&change->now);
    if (!change->changed)
        rc = check_known(connection, change, err);
    if (rc < 0 || !change->changed)
        return rc < 0 ? rc : count(connection, change, err);
    change->now.readmitted_at_ms = clock_now_ms();
    rc = revocation_store_put(connection, &change->now, err);
    if (rc == 0)
        rc = retained_store_drop(connection, change->subject, err);
    if (rc == 0 && revocation_reason_is_hold(change->now.reason)) {
        rc = certificate_store_release_device(connection, change->subject, err);
        change->certificates = rc > 0 ? (size_t)rc : 0;
        rc = rc < 0 ? rc : 0;
    }
    if (rc == 0)
        rc = unmark_device(connection, change, err);
    return rc < 0 ? rc : count(connection, change, err);
}

// Whose a serial is.
struct bearers {
    size_t count;
    struct certificate_record first, other;
};

static int note_bearer(const struct certificate_record *record, void *ctx)
{
    struct bearers *bearers = ctx;

    if (bearers->count == 0)
        bearers->first = *record;
    else if (strcmp(record->common_name, bearers->first.common_name) != 0)
        bearers->other = *record;
    bearers->count++;
    return 0;
}

static int check_bearers(struct store_connection *connection,
    const struct revocation_change *change, struct bearers *bearers, struct err *err)
{
    int rc = certificate_store_each_with(connection, change->subject, note_bearer, bearers, err);

    if (rc < 0 || bearers->other.common_name[0] == '\0')
        return rc;
    return err_set(err, ERR_CONFLICT,
        "certificates of %s and %s have the same serial %s, and both would be shut out: revoke the "
        "device instead with 'secureesp devices revoke', or issue a new certificate for the other "
        "one first",
        bearers->first.common_name, bearers->other.common_name, change->subject);
}

static int note_in_history(
    struct store_connection *connection, const struct revocation_change *change, struct err *err)
{
    char detail[COMMAND_DETAIL_SIZE];

    snprintf(
        detail, sizeof detail, "its certificate %s: %s", change->subject, words_of(change->reason));
    return add_event(connection, change->bearer, EVENT_KIND_REVOKED, detail, err);
}

static int is_good(const struct certificate_record *record, void *ctx)
{
    return strcmp(certificate_record_standing(record, ctx, clock_system_ms()).state, "good") == 0;
}

// Whether a device has a good certificate: 1 or 0, or an error.
static int has_good(struct store_connection *connection, const char *mac, struct err *err)
{
    struct device_revocation now;
    int rc = revocation_store_get(connection, mac, &now, err);

    if (rc < 0 && rc != ERR_NOT_FOUND)
        return rc;
    return certificate_store_each_of(connection, mac, is_good, rc == 0 ? &now : NULL, err);
}

// What it means for the device that bears it, if that is known.
static int follow(
    struct store_connection *connection, struct revocation_change *change, struct err *err)
{
    struct device_record device;
    int rc = device_store_get(connection, change->bearer, &device, err);

    if (rc < 0)
        return rc == ERR_NOT_FOUND ? 0 : rc;
    rc = note_in_history(connection, change, err);
    if (rc < 0 || device.revoked_at_ms != 0)
        return rc;
    rc = has_good(connection, change->bearer, err);
    change->was_last = rc == 0;
    if (rc != 0)
        return rc < 0 ? rc : 0;
    rc = revocation_bearer_set_offline(connection, &device, err);
    return rc < 0 ? rc
                  : end_commands(
                        connection, change, change->bearer, "its last good certificate was", err);
}

int revocation_change_revoke_certificate(
    struct store_connection *connection, void *ctx, struct err *err)
{
    struct revocation_change *change = ctx;
    struct bearers bearers = {0};
    int rc = check_bearers(connection, change, &bearers, err);

    if (rc < 0)
        return rc;
    rc = certificate_store_revoke(connection, change->subject, clock_now_ms(), change->reason, err);
    if (rc < 0)
        return rc;
    change->changed = rc > 0;
    change->certificates = bearers.count > 0 ? (size_t)rc : 0;
    memcpy(change->bearer, bearers.first.mac, sizeof change->bearer);
    rc = change->changed && change->bearer[0] != '\0' ? follow(connection, change, err) : 0;
    return rc < 0 ? rc : count(connection, change, err);
}
