// The devices of a new rollout.
#include "server/rollout/rollout_members.h"

#include <stdlib.h>
#include <string.h>

#include "server/rollout/rollout_gather.h"
#include "server/rollout/rollout_plan.h"
#include "server/store/mark_store.h"
#include "server/store/rollout_device_store.h"

static struct rollout_plan_member *add_member(struct rollout_members *of)
{
    struct rollout_created *out = of->out;

    if (out->count == out->capacity) {
        size_t capacity = out->capacity == 0 ? 64 : 2 * out->capacity;
        struct rollout_plan_member *members = realloc(out->members, capacity * sizeof *members);

        if (members == NULL)
            return NULL;
        out->members = members;
        out->capacity = capacity;
    }
    out->members[out->count] = (struct rollout_plan_member){.is_online = false};
    return &out->members[out->count++];
}

static int note_other(struct rollout_members *members, const char *mac)
{
    char name[ROLLOUT_NAME_SIZE];
    int rc = rollout_device_store_get_other(members->connection, 0, mac, name, members->err);

    if (rc == ERR_NOT_FOUND)
        return 0;
    if (rc == 0 && members->meeting++ == 0)
        memcpy(members->other, name, sizeof members->other);
    return rc;
}

int rollout_members_add(struct rollout_members *members, const struct device_record *device)
{
    const struct rollout *rollout = members->rollout;
    struct rollout_plan_member *member = add_member(members);
    struct device_mark mark;
    int rc;

    if (member == NULL)
        return err_set(members->err, ERR_NO_MEMORY, "no memory for a rollout");
    memcpy(member->mac, device->mac, sizeof member->mac);
    member->is_online = device->online;
    member->lot = rollout_plan_lot(rollout->name, device->mac);
    rc = mark_store_get(members->connection, device->mac, &mark, members->err);
    if (rc == 0) {
        member->is_canary = mark.is_canary;
        members->out->canaries += mark.is_canary;
        rc = rollout_gather_site(members->connection, device->mac, rollout->terms.site_prefix,
            member->site, members->err);
    }
    return rc < 0 ? rc : note_other(members, device->mac);
}

int rollout_members_close(const struct rollout_members *members)
{
    struct rollout_created *out = members->out;

    if (members->meeting > 0)
        return err_set(members->err, ERR_CONFLICT,
            "%lld of these devices are in rollout %s, which has not ended; leave them out, or "
            "abort that",
            (long long)members->meeting, members->other);
    if (out->count > 0)
        qsort(out->members, out->count, sizeof *out->members,
            members->rollout->terms.canaries_first ? rollout_plan_compare_canaries
                                                   : rollout_plan_compare);
    return 0;
}

int rollout_members_store(struct store_connection *connection, const struct rollout *rollout,
    const struct rollout_created *created, struct err *err)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < created->count; i++) {
        struct rollout_device device = {.rollout = rollout->id,
            .place = (int64_t)i,
            .phase = rollout_plan_phase_of(&rollout->terms, (int64_t)i, (int64_t)created->count)};

        memcpy(device.mac, created->members[i].mac, sizeof device.mac);
        memcpy(device.site, created->members[i].site, sizeof device.site);
        rc = rollout_device_store_put(connection, &device, err);
    }
    return rc;
}
