// Places of devices, as they go from one to the next.
#include "server/revocation/revocation_place.h"

#include <stdio.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/store/revocation_store.h"

#define STEPS_MAX 100 // from one to the next: more are a circle

int revocation_place_is_undo(struct store_connection *connection,
    const struct revocation_place_pair *pair, bool *out, struct err *err)
{
    struct replacement before;
    int rc = replacement_store_get(connection, pair->old, &before, err);

    *out = rc == 0 && !before.is_given_back && strcmp(before.old, pair->by) == 0;
    return rc == ERR_NOT_FOUND ? 0 : rc;
}

// Whether a device has been out ever since its place went to another: one that was in again has a
// place of its own. 1 or 0, or an error.
static int is_gone(
    struct store_connection *connection, const char *mac, int64_t since_ms, struct err *err)
{
    struct device_revocation now;
    int rc = revocation_store_get(connection, mac, &now, err);

    if (rc < 0)
        return rc == ERR_NOT_FOUND ? 0 : rc;
    return now.readmitted_at_ms == 0 && now.revoked_at_ms <= since_ms;
}

// To whom a device's place went: to who replaced it, or back to whom it had it from. 1 or 0, or an
// error.
static int find_next(
    struct store_connection *connection, const char *mac, char next[MAC_SIZE], struct err *err)
{
    struct replacement found;
    int rc = replacement_store_get_of(connection, mac, &found, err);

    if (rc == 0)
        rc = is_gone(connection, mac, found.at_ms, err);
    if (rc > 0)
        memcpy(next, found.mac, MAC_SIZE);
    if (rc > 0 || (rc < 0 && rc != ERR_NOT_FOUND))
        return rc;
    rc = replacement_store_get(connection, mac, &found, err);
    if (rc == 0)
        rc = found.is_given_back ? is_gone(connection, mac, found.at_ms, err) : 0;
    if (rc > 0)
        memcpy(next, found.old, MAC_SIZE);
    return rc == ERR_NOT_FOUND ? 0 : rc;
}

// Who has the place of a device now: itself, if nobody else.
static int find_holder(
    struct store_connection *connection, const char *mac, char holder[MAC_SIZE], struct err *err)
{
    int rc = 1;

    memcpy(holder, mac, MAC_SIZE);
    for (int i = 0; i < STEPS_MAX && rc > 0; i++) {
        char next[MAC_SIZE];

        rc = find_next(connection, holder, next, err);
        if (rc > 0)
            memcpy(holder, next, MAC_SIZE);
    }
    return rc < 0 ? rc : 0;
}

static int check_old(
    struct store_connection *connection, const struct revocation_place_pair *pair, struct err *err)
{
    char holder[MAC_SIZE];
    int rc = find_holder(connection, pair->old, holder, err);

    if (rc < 0 || strcmp(holder, pair->old) == 0)
        return rc;
    if (strcmp(holder, pair->by) == 0)
        return err_set(
            err, ERR_CONFLICT, "device %s was already replaced by %s", pair->old, holder);
    return err_set(err, ERR_CONFLICT,
        "device %s was already replaced by %s, which has its place and history; 'secureesp devices "
        "replace %s %s' passes them on",
        pair->old, holder, holder, pair->by);
}

static int check_by(
    struct store_connection *connection, const struct revocation_place_pair *pair, struct err *err)
{
    struct replacement own;
    int rc = replacement_store_get(connection, pair->by, &own, err);

    if (rc < 0)
        return rc == ERR_NOT_FOUND ? 0 : rc;
    if (strcmp(own.place, pair->by) == 0)
        return 0;
    return err_set(err, ERR_CONFLICT,
        "device %s already has the place of %s; --force takes that away from it, and merges both "
        "histories",
        pair->by, own.old);
}

int revocation_place_check(struct store_connection *connection,
    const struct revocation_place_pair *pair, bool force, struct err *err)
{
    bool undo = false;
    int rc = check_old(connection, pair, err);

    if (rc == 0)
        rc = revocation_place_is_undo(connection, pair, &undo, err);
    return rc < 0 || undo || force ? rc : check_by(connection, pair, err);
}

// The one that goes has given its place back, and has none any more.
static int note_given_back(
    struct store_connection *connection, const struct replacement *now, struct err *err)
{
    struct replacement gone = {.at_ms = now->at_ms, .is_given_back = true};

    memcpy(gone.mac, now->old, sizeof gone.mac);
    memcpy(gone.old, now->mac, sizeof gone.old);
    memcpy(gone.place, now->old, sizeof gone.place);
    return replacement_store_put(connection, &gone, err);
}

// The one that comes gets back what it had, and how it came to that.
static int restore(
    struct store_connection *connection, const struct replacement *now, struct err *err)
{
    struct replacement own;
    int rc = replacement_store_get(connection, now->mac, &own, err);
    bool had_another = rc == 0 && !own.is_given_back;

    if (rc < 0 && rc != ERR_NOT_FOUND)
        return rc;
    rc = note_given_back(connection, now, err);
    if (rc < 0)
        return rc;
    if (!had_another)
        own = *now;
    memcpy(own.place, now->place, sizeof own.place);
    return !had_another && strcmp(own.place, own.mac) == 0
               ? 0
               : replacement_store_put(connection, &own, err);
}

// Who came after the one that comes, where that was before, came after who was there before it.
static int leave(
    struct store_connection *connection, const struct replacement *now, struct err *err)
{
    struct replacement own = {0};
    int rc = replacement_store_get(connection, now->mac, &own, err);

    if (rc < 0 || own.is_given_back)
        return rc == ERR_NOT_FOUND ? 0 : rc;
    return replacement_store_relink(connection, now->mac, own.old, err);
}

int revocation_place_move(struct store_connection *connection,
    const struct revocation_place_pair *pair, struct replacement *now, struct err *err)
{
    struct replacement before;
    int rc = replacement_store_get(connection, pair->old, &before, err);
    bool has_come = rc == 0 && !before.is_given_back;

    if (rc < 0 && rc != ERR_NOT_FOUND)
        return rc;
    *now = (struct replacement){.at_ms = clock_now_ms()};
    snprintf(now->mac, sizeof now->mac, "%s", pair->by);
    snprintf(now->old, sizeof now->old, "%s", pair->old);
    snprintf(now->place, sizeof now->place, "%s", has_come ? before.place : pair->old);
    if (has_come && strcmp(before.old, pair->by) == 0)
        return restore(connection, now, err);
    rc = leave(connection, now, err);
    if (rc == 0)
        rc = replacement_store_put(connection, now, err);
    if (rc < 0 || !has_come)
        return rc;
    snprintf(before.place, sizeof before.place, "%s", pair->old);
    return replacement_store_put(connection, &before, err);
}
