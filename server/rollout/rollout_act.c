// Commands and stages of the devices of rollouts.
#include "server/rollout/rollout_act.h"

#include <stdio.h>
#include <string.h>

#include "common/contract.h"
#include "server/base/log.h"
#include "server/model/event_kind.h"
#include "server/store/command_store.h"
#include "server/store/device_store.h"
#include "server/store/event_store.h"
#include "server/store/rollout_device_store.h"

// Of a configuration with what is wanted of it then.
static int put(
    const struct rollout_gather *gather, const struct rollout_device *device, struct err *err)
{
    struct settings_want want;
    int rc = rollout_device_store_put(gather->connection, device, err);

    if (rc < 0 || gather->base == NULL)
        return rc;
    rc = settings_want_read(gather->connection, gather->base, device->mac, &want, err);
    return rc < 0 ? rc : settings_want_keep(gather->connection, &want, err);
}

static int add_command(const struct rollout_gather *gather, const char *mac, const char *name,
    int64_t *id, struct err *err)
{
    struct command command = {.state = COMMAND_QUEUED, .created_at_ms = gather->now_ms};
    int rc;

    snprintf(command.mac, sizeof command.mac, "%s", mac);
    snprintf(command.name, sizeof command.name, "%s", name);
    rc = command_store_add(gather->connection, &command, err);
    *id = command.id;
    return rc;
}

int rollout_act_order(const struct rollout_gather *gather, struct rollout_device *device,
    enum rollout_stage stage, struct err *err)
{
    static const char *const names[ROLLOUT_KIND_COUNT][2] = {
        [ROLLOUT_IMAGE] = {CONTRACT_COMMAND_FIRMWARE, CONTRACT_COMMAND_FLASH},
        [ROLLOUT_CONFIG] = {CONTRACT_COMMAND_CONFIG, CONTRACT_COMMAND_REBOOT},
    };
    const char *name = names[gather->rollout->kind][stage == ROLLOUT_INSTALLING];
    bool again = device->stage == stage && device->command_id != 0;
    int64_t id = 0;
    int rc = add_command(gather, device->mac, name, &id, err);

    if (rc < 0)
        return rc;
    device->tries = again ? device->tries + 1 : 1;
    device->command_id = id;
    device->stage = stage;
    return put(gather, device, err);
}

int rollout_act_reach(const struct rollout_gather *gather, struct rollout_device *device,
    struct rollout_gathered *known, struct err *err)
{
    struct rollout_decision decision = {.action = ROLLOUT_SETTLE, .stage = ROLLOUT_UPDATED};
    // One of which nothing is known is assumed to run what is wanted of it first: not the new one.
    int rc = put(gather, device, err);

    device->stage = ROLLOUT_DOWNLOADING;
    if (rc == 0)
        rc = rollout_device_store_put(gather->connection, device, err);
    if (rc == 0)
        rc = settings_want_read(gather->connection, gather->base, device->mac, &known->want, err);
    if (rc < 0)
        return rc;
    snprintf(device->before, sizeof device->before, "%s", settings_want_runs(&known->want));
    switch (rollout_gather_place_config(gather->rollout, &known->want, known->why)) {
    case ROLLOUT_PLACE_THERE:
        snprintf(decision.reason, sizeof decision.reason, "ran it already");
        break;
    case ROLLOUT_PLACE_NO_WAY:
        decision.stage = ROLLOUT_LEFT_OUT;
        memcpy(decision.reason, known->why, sizeof decision.reason);
        break;
    default: return 0;
    }
    device->stage = ROLLOUT_WAITING; // nothing was ordered
    device->began_at_ms = 0;
    rc = rollout_act_settle(gather, device, &decision, known, err);
    return rc < 0 ? rc : 1;
}

// Whether it may have downloaded a config.json that it would use after its next restart, and may be
// told so.
static bool has_leftover(const struct rollout_device *device, const struct rollout_gathered *known)
{
    const struct rollout_facts *facts = &known->facts;
    bool may_have = device->stage == ROLLOUT_INSTALLING || device->stage == ROLLOUT_UPDATED ||
                    (device->stage == ROLLOUT_DOWNLOADING &&
                        (device->tries > 1 || known->command.sent_at_ms != 0));

    return facts->is_config && may_have && facts->is_known && !facts->is_revoked &&
           facts->replaced_by == NULL && !facts->is_held;
}

static int order_old(
    const struct rollout_gather *gather, const struct rollout_device *device, struct err *err)
{
    int64_t id;

    return add_command(gather, device->mac, CONTRACT_COMMAND_CONFIG, &id, err);
}

int rollout_act_take_back(const struct rollout_gather *gather, struct rollout_device *device,
    const struct rollout_gathered *known, struct err *err)
{
    struct command command = known->command;
    bool is_left = has_leftover(device, known);
    int rc;

    command.state = COMMAND_CANCELLED;
    command.ended_at_ms = gather->now_ms;
    snprintf(command.result, sizeof command.result, "%s", COMMAND_RESULT_CANCELLED);
    snprintf(command.detail, sizeof command.detail, "its rollout took it back before it was sent");
    rc = command_store_update(gather->connection, &command, err);
    device->stage = ROLLOUT_WAITING;
    device->command_id = 0;
    device->tries = 0;
    if (rc == 0)
        rc = put(gather, device, err);
    return rc < 0 || !is_left ? rc : order_old(gather, device, err);
}

static int tell_failure(
    const struct rollout_gather *gather, const struct rollout_device *device, struct err *err)
{
    struct event event = {.at_ms = gather->now_ms, .kind = EVENT_KIND_ROLLOUT};
    struct device_record record;
    int rc = device_store_get(gather->connection, device->mac, &record, NULL);

    log_warning("rollout", "device has failed rollout=%s mac=%s reason=\"%s\"",
        gather->rollout->name, device->mac, device->reason);
    if (rc < 0)
        return rc == ERR_NOT_FOUND ? 0 : rc;
    memcpy(event.mac, device->mac, sizeof event.mac);
    snprintf(event.result, sizeof event.result, "failed");
    memcpy(event.image, record.status.image, sizeof event.image);
    snprintf(event.detail, sizeof event.detail, "%s: %.*s", gather->rollout->name,
        (int)(sizeof event.detail - ROLLOUT_NAME_SIZE - 3), device->reason);
    return event_store_add(gather->connection, &event, EVENT_CLASS_NOTICE, err);
}

// Who got the place of a device gets that in the rollout, too, unless another has it.
static int add_successor(const struct rollout_gather *gather, const struct rollout_device *old,
    const char *mac, struct err *err)
{
    struct store_connection *connection = gather->connection;
    struct rollout_device device;
    char name[ROLLOUT_NAME_SIZE];
    int rc = rollout_device_store_get(connection, old->rollout, mac, &device, NULL);

    if (rc != ERR_NOT_FOUND)
        return rc;
    rc = rollout_device_store_get_other(connection, old->rollout, mac, name, NULL);
    if (rc != ERR_NOT_FOUND)
        return rc;
    device =
        (struct rollout_device){.rollout = old->rollout, .place = old->place, .phase = old->phase};
    snprintf(device.mac, sizeof device.mac, "%s", mac);
    memcpy(device.site, old->site, sizeof device.site);
    snprintf(device.reason, sizeof device.reason, "has the place of %s", old->mac);
    return put(gather, &device, err);
}

int rollout_act_settle(const struct rollout_gather *gather, struct rollout_device *device,
    const struct rollout_decision *decision, const struct rollout_gathered *known, struct err *err)
{
    bool is_left = decision->stage != ROLLOUT_UPDATED && has_leftover(device, known);
    int rc;

    device->stage = decision->stage;
    device->ended_at_ms = gather->now_ms;
    if (decision->reason[0] != '\0' || decision->stage != ROLLOUT_UPDATED)
        memcpy(device->reason, decision->reason, sizeof device->reason);
    rc = put(gather, device, err);
    if (rc == 0 && is_left)
        rc = order_old(gather, device, err);
    if (rc == 0 && decision->stage == ROLLOUT_FAILED)
        rc = tell_failure(gather, device, err);
    if (rc == 0 && decision->stage == ROLLOUT_LEFT_OUT && known->facts.replaced_by != NULL)
        rc = add_successor(gather, device, known->facts.replaced_by, err);
    return rc;
}
