// Takes commands back.
#include "server/command/command_cancel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/audit/audit_run.h"
#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/command/command_list.h"
#include "server/store/command_store.h"
#include "server/store/device_store.h"

struct request {
    const struct command_cancel *wish;
    struct command_list found; // by number alone: their state is read when it is judged
    struct command *ended;     // as many
    size_t cancelled;          // of these, by this request: their places
    size_t *places;            // as many as there may be
    char line[MAC_SIZE + 64];  // describe()'s
};

static int collect(const struct command *command, void *ctx)
{
    return command_list_append(ctx, command);
}

static int find_of_device(
    struct store_connection *connection, struct request *request, const char *mac, struct err *err)
{
    struct device_record device;
    int rc = device_store_get(connection, mac, &device, err);

    if (rc < 0)
        return rc;
    rc = command_store_each_open(connection, mac, collect, &request->found, err);
    return rc == ERR_NO_MEMORY ? err_set(err, rc, "no memory for commands") : rc;
}

static int find(struct store_connection *connection, struct request *request, struct err *err)
{
    const struct command_cancel *wish = request->wish;
    int rc = 0;

    command_list_clear(&request->found);
    for (size_t i = 0; rc == 0 && i < wish->id_count; i++) {
        struct command command = {.id = wish->ids[i]};

        rc = command_list_append(&request->found, &command);
        if (rc < 0)
            err_set(err, rc, "no memory for commands");
    }
    for (size_t i = 0; rc == 0 && i < wish->mac_count; i++)
        rc = find_of_device(connection, request, wish->macs[i], err);
    return rc;
}

static int cancel(
    struct store_connection *connection, struct request *request, size_t i, struct err *err)
{
    struct command *command = &request->ended[i];
    bool sent = command->sent_at_ms != 0;

    if (command_state_is_end(command->state))
        return 0;
    command->state = COMMAND_CANCELLED;
    command->ended_at_ms = clock_now_ms();
    snprintf(command->result, sizeof command->result, "%s", COMMAND_RESULT_CANCELLED);
    snprintf(command->detail, sizeof command->detail, "%s",
        sent ? "it had been sent: the device may still do it" : "before it was sent");
    request->places[request->cancelled++] = i;
    return command_store_update(connection, command, err);
}

// A store_job.
static int cancel_all(struct store_connection *connection, void *ctx, struct err *err)
{
    struct request *request = ctx;
    int rc = find(connection, request, err);

    if (rc < 0)
        return rc;
    free(request->ended);
    free(request->places);
    request->cancelled = 0;
    request->ended = calloc(request->found.count + 1, sizeof *request->ended);
    request->places = calloc(request->found.count + 1, sizeof *request->places);
    if (request->ended == NULL || request->places == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for commands");
    for (size_t i = 0; rc == 0 && i < request->found.count; i++) {
        int64_t id = request->found.items[i].id;

        rc = command_store_get(connection, id, &request->ended[i], err);
        if (rc == ERR_NOT_FOUND)
            err_set(err, rc,
                "no command %lld, so none is cancelled; 'secureesp command list' shows "
                "the newest",
                (long long)id);
        if (rc == 0)
            rc = cancel(connection, request, i, err);
    }
    return rc;
}

static const char *describe(size_t i, void *ctx)
{
    struct request *request = ctx;
    const struct command *command = &request->ended[request->places[i]];

    snprintf(request->line, sizeof request->line, "%lld %s %s", (long long)command->id,
        command->mac, command->name);
    return request->line;
}

static void tell(struct audit_told *told, const void *ctx)
{
    struct request *request = (struct request *)(uintptr_t)ctx;

    if (request->cancelled == 0)
        return;
    if (request->cancelled == 1)
        snprintf(told->object, sizeof told->object, "%s", request->ended[request->places[0]].mac);
    audit_json_add_number(&told->after, "count", (int64_t)request->cancelled);
    audit_json_add_list(&told->after, "commands", request->cancelled, describe, request);
}

int command_cancel_run(struct store *store, const struct command_cancel *wish,
    void (*each)(const struct command *command, void *ctx), void *ctx, struct err *err)
{
    struct request request = {.wish = wish};
    struct audit_change change = {
        .by = wish->by, .verb = "cancel", .kind = AUDIT_COMMAND, .tell = tell};
    int rc = audit_run(store, &change, cancel_all, &request, err);

    for (size_t i = 0; rc == 0 && i < request.found.count; i++) {
        const struct command *command = &request.ended[i];

        if (command->state == COMMAND_CANCELLED)
            log_info("command", "cancelled id=%lld mac=%s command=%s", (long long)command->id,
                command->mac, command->name);
        each(command, ctx);
    }
    command_list_clear(&request.found);
    free(request.ended);
    free(request.places);
    return rc;
}
