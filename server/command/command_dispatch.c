// Commands on their way to devices.
#include "server/command/command_dispatch.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/contract.h"
#include "common/topic.h"
#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/base/monotonic_wait.h"
#include "server/command/command_list.h"
#include "server/command/command_overdue.h"
#include "server/command/command_queue.h"
#include "server/command/command_round.h"
#include "server/command/command_tally.h"
#include "server/store/command_store.h"

#define TICK_MS 1000         // expiry is looked at this often, and a failed publication tried again
#define ROUND_COMMANDS 10000 // of one transaction

struct command_dispatch {
    struct store *store;
    struct command_dispatch_settings settings;
    pthread_t thread;
    bool failing; // of the thread: the last round failed
    struct command_tally tally;
    pthread_mutex_t mutex; // over all below
    pthread_cond_t changed;
    bool woken;
    bool stopping;
};

static int collect(const struct command *command, void *ctx)
{
    struct command_round *round = ctx;

    if (round->commands.count == ROUND_COMMANDS)
        return 1;
    return command_list_append(&round->commands, command);
}

static int read_due(struct command_dispatch *dispatch, struct command_round *round, struct err *err)
{
    const struct command_dispatch_settings *settings = &dispatch->settings;
    int64_t seen_since_ms = settings->connected_since_ms != NULL
                                ? settings->connected_since_ms(settings->ctx)
                                : INT64_MIN;
    struct store_connection *connection;
    int rc = store_read_begin(dispatch->store, &connection, err);

    if (rc < 0)
        return rc;
    rc = command_store_each_due(connection, seen_since_ms, collect, round, err);
    store_read_end(dispatch->store, connection);
    if (rc == ERR_NO_MEMORY)
        return err_set(err, rc, "no memory for commands");
    return rc < 0 ? rc : 0;
}

#define PAYLOAD_SIZE (64 + IMAGE_NAME_SIZE + COMMAND_SEALED_MAX)

_Static_assert(PAYLOAD_SIZE <= CONTRACT_PAYLOAD_MAX, "a device reads no more");

// A flash names the image that it means, if that is known. What is sealed is base64.
static int format_payload(const struct command_list_item *item, char *out, size_t size)
{
    if (item->sealed != NULL)
        return snprintf(out, size,
            "{\"" CONTRACT_EVENT_ID "\": %lld, \"" CONTRACT_PAYLOAD_SEALED "\": \"%s\"}",
            (long long)item->id, item->sealed);
    if (item->image[0] == '\0')
        return snprintf(out, size, "{\"" CONTRACT_EVENT_ID "\": %lld}", (long long)item->id);
    return snprintf(out, size,
        "{\"" CONTRACT_EVENT_ID "\": %lld, \"" CONTRACT_EVENT_IMAGE "\": \"%s\"}",
        (long long)item->id, item->image);
}

static int publish(struct command_dispatch *dispatch, const struct command_list_item *item)
{
    char topic[TOPIC_SIZE];
    char payload[PAYLOAD_SIZE];
    int n = format_payload(item, payload, sizeof payload);

    if (topic_format(topic, TOPIC_COMMAND, item->spelling[0] != '\0' ? item->spelling : item->mac,
            item->name) == 0)
        return ERR_INVALID;
    return dispatch->settings.publish(
        topic, (const uint8_t *)payload, (size_t)n, dispatch->settings.ctx);
}

// Publishes until the first failure: the broker is away then, and the rest would fail as well; or
// it is that command's own, and the rest comes in the next round.
static void publish_all(struct command_dispatch *dispatch, struct command_round *round)
{
    int rc = 0;

    while (round->published < round->commands.count &&
           (rc = publish(dispatch, &round->commands.items[round->published])) >= 0)
        round->published++;
    round->is_broken = rc == ERR_INVALID;
}

// Of those of the round that are still in the list and were not published.
static void tell_unpublished(struct command_dispatch *dispatch, const struct command_round *round)
{
    const struct command_list_item *first = &round->commands.items[round->published];
    char detail[128];

    snprintf(detail, sizeof detail, "id=%lld mac=%s command=%s", (long long)first->id, first->mac,
        first->name);
    command_tally_note(&dispatch->tally, COMMAND_TALLY_BROKEN, round->is_broken, detail);
    command_tally_note(&dispatch->tally, COMMAND_TALLY_UNPUBLISHED,
        round->is_broken ? 0 : round->commands.count - round->published, detail);
}

static int send_due(struct command_dispatch *dispatch, struct command_round *round, struct err *err)
{
    bool full;
    int rc = read_due(dispatch, round, err);

    if (rc < 0 || round->commands.count == 0)
        return rc;
    full = round->commands.count == ROUND_COMMANDS;
    rc = store_write(dispatch->store, command_round_mark_sent, round, err);
    if (rc == 0)
        command_tally_note(&dispatch->tally, COMMAND_TALLY_HELD, round->held, round->first_held);
    if (full)
        command_dispatch_wake(dispatch); // there may be more
    if (rc < 0 || round->commands.count == 0)
        return rc;
    publish_all(dispatch, round);
    if (round->published > 0)
        log_info("command", "sent count=%zu not_published=%zu", round->published,
            round->commands.count - round->published);
    if (round->published == round->commands.count)
        return 0;
    tell_unpublished(dispatch, round);
    rc = store_write(dispatch->store, command_round_put_back, round, err);
    if (rc == 0 && round->is_broken) {
        command_dispatch_wake(dispatch);
        return 0;
    }
    return rc < 0 ? rc : err_set(err, ERR_UNAVAILABLE, "the broker accepts no commands now");
}

static int judge_overdue(struct command_dispatch *dispatch, struct err *err)
{
    struct command_overdue overdue = {.patience = &dispatch->settings.patience,
        .queued_timeout_ms = dispatch->settings.queued_timeout_ms};
    int rc = command_overdue_run(dispatch->store, &overdue, err);

    if (rc < 0)
        return rc;
    command_tally_note(&dispatch->tally, COMMAND_TALLY_EXPIRED, overdue.expired,
        "'secureesp command list' names them");
    if (overdue.again > 0)
        log_info("command", "not taken, sent again count=%zu", overdue.again);
    if (overdue.more)
        command_dispatch_wake(dispatch);
    return 0;
}

// One look at what is to be done. False if something failed: then not again before the next tick.
static bool run_round(struct command_dispatch *dispatch)
{
    struct err err = {0};
    struct command_round round = {.settings = &dispatch->settings};
    int rc = judge_overdue(dispatch, &err);

    if (rc == 0)
        rc = send_due(dispatch, &round, &err);
    command_list_clear(&round.commands);

    bool failing = rc < 0 && rc != ERR_UNAVAILABLE;

    command_tally_note(&dispatch->tally, COMMAND_TALLY_FAILED, failing, err.message);
    if (dispatch->failing && rc == 0)
        log_info("command", "dispatch works again");
    dispatch->failing = failing || (dispatch->failing && rc < 0);
    return rc == 0;
}

static void wait_until(struct command_dispatch *dispatch, bool wakeable)
{
    struct timespec tick = monotonic_wait_until(TICK_MS);

    while (!dispatch->stopping && !(wakeable && dispatch->woken)) {
        if (pthread_cond_timedwait(&dispatch->changed, &dispatch->mutex, &tick) != 0)
            break;
    }
    dispatch->woken = false;
}

static void *run(void *ctx)
{
    struct command_dispatch *dispatch = ctx;

    pthread_mutex_lock(&dispatch->mutex);
    while (!dispatch->stopping) {
        pthread_mutex_unlock(&dispatch->mutex);

        bool well = run_round(dispatch);

        pthread_mutex_lock(&dispatch->mutex);
        wait_until(dispatch, well);
    }
    pthread_mutex_unlock(&dispatch->mutex);
    return NULL;
}

static void destroy(struct command_dispatch *dispatch)
{
    pthread_cond_destroy(&dispatch->changed);
    pthread_mutex_destroy(&dispatch->mutex);
    free(dispatch);
}

int command_dispatch_start(struct store *store, const struct command_dispatch_settings *settings,
    struct command_dispatch **out, struct err *err)
{
    struct command_dispatch *dispatch = calloc(1, sizeof *dispatch);

    if (dispatch == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for the dispatcher");
    dispatch->store = store;
    dispatch->settings = *settings;
    pthread_mutex_init(&dispatch->mutex, NULL);
    monotonic_wait_init(&dispatch->changed);
    if (pthread_create(&dispatch->thread, NULL, run, dispatch) != 0) {
        destroy(dispatch);
        return err_set(err, ERR_NO_MEMORY, "cannot start the dispatcher");
    }
    *out = dispatch;
    return 0;
}

void command_dispatch_free(struct command_dispatch *dispatch)
{
    if (dispatch == NULL)
        return;
    pthread_mutex_lock(&dispatch->mutex);
    dispatch->stopping = true;
    pthread_cond_signal(&dispatch->changed);
    pthread_mutex_unlock(&dispatch->mutex);
    pthread_join(dispatch->thread, NULL);
    destroy(dispatch);
}

void command_dispatch_each_counter(const struct command_dispatch *dispatch,
    void (*add)(const char *name, uint64_t value, void *add_ctx), void *add_ctx)
{
    command_tally_each_counter(&dispatch->tally, add, add_ctx);
}

void command_dispatch_wake(struct command_dispatch *dispatch)
{
    pthread_mutex_lock(&dispatch->mutex);
    dispatch->woken = true;
    pthread_cond_signal(&dispatch->changed);
    pthread_mutex_unlock(&dispatch->mutex);
}

int command_dispatch_queue(struct command_dispatch *dispatch, const struct command_order *order,
    void (*each)(const struct command *command, void *ctx), void *ctx, struct err *err)
{
    struct command_list list = {0};
    int rc = command_queue_add(dispatch->store, order, &list, err);

    for (size_t i = 0; rc == 0 && each != NULL && i < list.count; i++) {
        struct command command = {
            .id = list.items[i].id,
            .state = COMMAND_QUEUED,
            .created_at_ms = list.items[i].created_at_ms,
        };

        memcpy(command.mac, list.items[i].mac, sizeof command.mac);
        memcpy(command.name, list.items[i].name, sizeof command.name);
        each(&command, ctx);
    }
    command_list_clear(&list);
    if (rc == 0)
        command_dispatch_wake(dispatch);
    return rc;
}
