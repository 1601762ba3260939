// Who would be lost.
#include "server/rotation/rotation_fate.h"

#include <stdio.h>
#include <string.h>

#include "server/rotation/rotation_decide.h"
#include "server/store/device_store.h"
#include "server/store/rotation_store.h"

#define NAMED_MAX 8

static const char *lost_text(enum rotation_phase phase, enum rotation_holds holds)
{
    if (phase == ROTATION_ABORTING)
        return "shows a certificate of the new CA: nobody would take it";
    if (holds == ROTATION_HOLDS_OLD)
        return "trusts the old CA alone: it would refuse the servers";
    return "shows a certificate of the old CA: nobody would take it";
}

void rotation_fate_judge(enum rotation_phase phase, struct rotation_fate *fate)
{
    bool is_done = rotation_decide_is_done(phase, fate->device, fate->is_revoked);

    // Who still trusts both in the end only trusts too much.
    fate->is_lost = !is_done && phase != ROTATION_LAST;
    if (fate->is_lost)
        fate->text = lost_text(phase, fate->device->holds);
    else if (fate->is_revoked)
        fate->text = "is revoked";
    else if (fate->device->is_left)
        fate->text = "is given up";
    else if (!is_done)
        fate->text = "stays, but trusts the old CA, too";
    else
        fate->text = "stays";
}

// A list under way.
struct list {
    struct store_connection *connection;
    enum rotation_phase phase;
    int (*each)(const struct rotation_fate *fate, void *ctx);
    void *ctx;
    struct err *err;
};

static int judge_one(const struct rotation_device *device, void *ctx)
{
    const struct list *list = ctx;
    struct rotation_fate fate = {.device = device};
    struct device_record record;
    int rc = device_store_get(list->connection, device->mac, &record, list->err);

    if (rc < 0 && rc != ERR_NOT_FOUND)
        return rc;
    if (rc == 0) {
        fate.is_known = true;
        fate.is_online = record.online;
        fate.is_revoked = record.revoked_at_ms != 0;
        fate.last_seen_ms = record.last_seen_ms;
    }
    rotation_fate_judge(list->phase, &fate);
    return list->each(&fate, list->ctx);
}

int rotation_fate_each(struct store_connection *connection, enum rotation_phase phase,
    int (*each)(const struct rotation_fate *fate, void *ctx), void *ctx, struct err *err)
{
    struct list list = {connection, phase, each, ctx, err};

    return rotation_store_each(connection, judge_one, &list, err);
}

struct lost {
    size_t count;
    char names[NAMED_MAX * (MAC_SIZE + 1)];
};

static int count_lost(const struct rotation_fate *fate, void *ctx)
{
    struct lost *lost = ctx;
    size_t used = strlen(lost->names);

    if (fate->is_lost && lost->count++ < NAMED_MAX)
        snprintf(lost->names + used, sizeof lost->names - used, "%s%s", used > 0 ? " " : "",
            fate->device->mac);
    return 0;
}

int rotation_fate_check(
    struct store_connection *connection, enum rotation_phase phase, size_t *count, struct err *err)
{
    struct lost lost = {0};
    int rc = rotation_fate_each(connection, phase, count_lost, &lost, err);

    if (rc < 0)
        return rc;
    *count = lost.count;
    if (lost.count == 0)
        return 0;
    return err_set(err, ERR_CONFLICT, "%zu device%s would be lost: %s%s", lost.count,
        lost.count == 1 ? "" : "s", lost.names, lost.count > NAMED_MAX ? " ..." : "");
}
