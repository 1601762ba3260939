// Commands to devices while the CA changes.
#include "server/rotation/rotation_drive.h"

#include <stdio.h>
#include <string.h>

#include "common/contract.h"
#include "common/result.h"
#include "server/audit/audit_run.h"
#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/rotation/rotation_decide.h"
#include "server/store/command_store.h"
#include "server/store/device_store.h"
#include "server/store/event_store.h"
#include "server/store/rotation_store.h"

#define SETTLED_MS 10000

// A round under way.
struct round {
    struct store_connection *connection;
    struct rotation rotation;
    int64_t now_ms;
    bool is_ready;
    int64_t room; // for so many more devices that begin
    struct err *err;
};

// Not yet settled: with its first report a device may yet say that it has gone back to the files
// that it had before.
static bool is_settling(const struct device_record *record)
{
    return (record->status.has & DEVICE_HAS_UPTIME) != 0 && record->status.uptime_ms < SETTLED_MS;
}

static int note_one(const struct command *command, void *ctx)
{
    (void)command;
    (void)ctx;
    return 1;
}

static int gather(struct round *round, const struct rotation_device *device,
    struct rotation_facts *facts, struct command *command)
{
    struct device_record record;
    bool has_restarted;
    int rc = device_store_get(round->connection, device->mac, &record, round->err);

    if (rc < 0)
        return rc;
    has_restarted = record.reboots != device->reboots;
    *facts = (struct rotation_facts){
        .phase = round->rotation.phase,
        .device = device,
        .now_ms = round->now_ms,
        .is_ready = round->is_ready,
        .may_begin = round->room > 0,
        .is_online = record.online,
        .is_revoked = record.revoked_at_ms != 0,
        .has_restarted = has_restarted && !is_settling(&record),
        .is_settling = has_restarted && is_settling(&record),
    };
    rc = event_store_has_error_since(round->connection, device->mac,
        result_name(RESULT_FILE_INVALID), device->step_at_ms, round->err);
    if (rc < 0)
        return rc;
    facts->has_gone_back = rc > 0;
    rc = command_store_each_open(round->connection, device->mac, note_one, NULL, round->err);
    if (rc < 0)
        return rc;
    facts->is_busy = rc > 0;
    if (device->command_id == 0)
        return 0;
    rc = command_store_get(round->connection, device->command_id, command, round->err);
    facts->has_command = rc == 0;
    facts->command = command->state;
    return rc == ERR_NOT_FOUND ? 0 : rc;
}

static int tell(struct round *round, struct rotation_device *device, const char *name)
{
    struct command command = {.state = COMMAND_QUEUED, .created_at_ms = round->now_ms};
    struct device_record record;
    int rc = device_store_get(round->connection, device->mac, &record, round->err);

    snprintf(command.mac, sizeof command.mac, "%s", device->mac);
    snprintf(command.name, sizeof command.name, "%s", name);
    if (rc == 0)
        rc = command_store_add(round->connection, &command, round->err);
    if (rc < 0)
        return rc;
    if (device->step == ROTATION_IDLE)
        round->room--;
    device->step = strcmp(name, CONTRACT_COMMAND_REBOOT) == 0 ? ROTATION_REBOOT : ROTATION_FILE;
    device->command_id = command.id;
    device->step_at_ms = round->now_ms;
    device->reboots = record.reboots;
    return 0;
}

static void count_try(
    const struct round *round, struct rotation_device *device, const struct command *command)
{
    if (device->step == ROTATION_FILE && command->id != 0)
        snprintf(device->detail, sizeof device->detail, "%s: %s%s%.160s", command->name,
            command->result[0] != '\0' ? command->result : command_state_name(command->state),
            command->detail[0] != '\0' ? ", " : "", command->detail);
    else
        snprintf(device->detail, sizeof device->detail, "%s",
            device->step == ROTATION_REBOOT ? "it was not seen to use the file after its restart, "
                                              "or went back to the one before"
                                            : "nothing is known of what it was told");
    device->step = ROTATION_IDLE;
    device->command_id = 0;
    device->tries++;
    device->next_at_ms = round->now_ms + rotation_decide_pause_ms(device->tries);
    log_warning("rotation", "try failed mac=%s tries=%lld reason=\"%s\"", device->mac,
        (long long)device->tries, device->detail);
}

static void take_proof(
    const struct round *round, struct rotation_device *device, enum rotation_holds holds)
{
    device->holds = holds;
    device->holds_at_ms = round->now_ms;
    device->step = ROTATION_IDLE;
    device->step_at_ms = round->now_ms;
    device->command_id = 0;
    device->tries = 0;
    device->next_at_ms = 0;
    device->detail[0] = '\0';
    log_info("rotation", "device has come further mac=%s has=%s", device->mac,
        rotation_holds_name(holds));
}

// It has restarted: its word that it would may be lost, with a daemon that died.
static int end_reboot(struct round *round, const struct rotation_device *device,
    struct rotation_facts *facts, struct command *command)
{
    if (device->step != ROTATION_REBOOT || !(facts->has_restarted || facts->is_settling) ||
        !facts->has_command || command->state != COMMAND_SENT)
        return 0;
    command->state = COMMAND_DONE;
    command->ended_at_ms = round->now_ms;
    snprintf(command->result, sizeof command->result, "ok");
    facts->command = COMMAND_DONE;
    return command_store_update(round->connection, command, round->err);
}

static int drive_one(struct round *round, struct rotation_device *device, bool look_only)
{
    struct rotation_facts facts;
    struct command command = {0};
    int rc = gather(round, device, &facts, &command);

    if (rc == 0)
        rc = end_reboot(round, device, &facts, &command);
    if (rc < 0)
        return rc == ERR_NOT_FOUND ? 0 : rc;

    struct rotation_decision decision = rotation_decide(&facts);

    switch (decision.action) {
    case ROTATION_TELL_CA: rc = tell(round, device, CONTRACT_COMMAND_CA); break;
    case ROTATION_TELL_CERT: rc = tell(round, device, CONTRACT_COMMAND_CERT); break;
    case ROTATION_TELL_REBOOT: rc = tell(round, device, CONTRACT_COMMAND_REBOOT); break;
    case ROTATION_PROVEN: take_proof(round, device, decision.holds); break;
    case ROTATION_AGAIN: count_try(round, device, &command); break;
    default:
        if (look_only)
            return 0;
    }
    device->looked_at_ms = round->now_ms;
    return rc < 0 ? rc : rotation_store_put_device(round->connection, device, round->err);
}

// Until one has come through, one at a time: what is wrong with all of them costs one.
static int make_room(struct round *round)
{
    struct rotation_store_counts counts;
    int rc = rotation_store_count(round->connection, round->rotation.phase_at_ms,
        round->now_ms - ROTATION_DRIVE_STUCK_MS, &counts, round->err);

    round->room = counts.reached == 0 ? 1 - counts.at_step
                                      : ROTATION_DRIVE_AT_ONCE - (counts.at_step - counts.stuck);
    return rc;
}

static int drive_all(struct round *round)
{
    static const struct rotation_range nobody = {ROTATION_HOLDS_COUNT, ROTATION_HOLDS_OLD, true};
    struct rotation_range range = rotation_decide_range(round->rotation.phase);
    struct rotation_device devices[ROTATION_STORE_ACTIVE_MAX];
    size_t count = 0;

    if (range.is_empty)
        range = nobody;

    struct rotation_store_wish wish = {range.first, range.last, round->now_ms};
    int rc = rotation_store_read_active(round->connection, &wish, devices, &count, round->err);

    // All that are looked at in vain are written only if that brings others their turn.
    for (size_t i = 0; i < count && rc == 0; i++)
        rc = drive_one(round, &devices[i], count < ROTATION_STORE_ACTIVE_MAX);
    return rc;
}

struct waited {
    enum rotation_phase phase;
    struct store_connection *connection;
    struct err *err;
};

// 1 if the phase is not over for it.
static int is_waited_for(const struct rotation_device *device, void *ctx)
{
    const struct waited *waited = ctx;
    struct device_record record = {.revoked_at_ms = 0};
    int rc = device_store_get(waited->connection, device->mac, &record, waited->err);

    if (rc < 0 && rc != ERR_NOT_FOUND)
        return rc;
    return !rotation_decide_is_done(waited->phase, device, rc == 0 && record.revoked_at_ms != 0);
}

static int clear(struct store_connection *connection, void *ctx, struct err *err)
{
    (void)ctx;
    return rotation_store_clear(connection, err);
}

static int end_if_over(struct round *round, bool is_over)
{
    static const struct audit_change finish = {.verb = "finish", .kind = AUDIT_ROTATION};
    struct waited waited = {ROTATION_LAST, round->connection, round->err};
    int rc =
        is_over || (round->rotation.phase == ROTATION_LAST && round->is_ready)
            ? (is_over ? 0
                       : rotation_store_each(round->connection, is_waited_for, &waited, round->err))
            : 1;

    if (rc != 0)
        return rc < 0 ? rc : 0;
    log_info("rotation", "the change of the CA is over phase=%s",
        rotation_phase_name(round->rotation.phase));
    rc = audit_run_within(round->connection, &finish, clear, NULL, round->err);
    return rc < 0 ? rc : 1;
}

int rotation_drive_run(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct rotation_drive *drive = ctx;
    struct round round = {.connection = connection,
        .now_ms = clock_now_ms(),
        .is_ready = drive->is_ready,
        .err = err};
    int rc = rotation_store_get(connection, &round.rotation, err);

    if (rc < 0 || round.rotation.phase == ROTATION_NONE)
        return rc;
    rc = end_if_over(&round, drive->is_over);
    if (rc != 0)
        return rc < 0 ? rc : 0;
    rc = rotation_store_join(connection, false, round.now_ms, err);
    if (rc == 0)
        rc = make_room(&round);
    return rc < 0 ? rc : drive_all(&round);
}
