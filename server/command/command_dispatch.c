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
#include "server/command/command_queue.h"
#include "server/store/command_store.h"

#define TICK_MS 1000         // expiry is looked at this often, and a failed publication tried again
#define ROUND_COMMANDS 10000 // of one transaction

struct command_dispatch {
    struct store *store;
    struct command_dispatch_settings settings;
    pthread_t thread;
    bool failing;          // of the thread: the last round failed, and the log says so
    pthread_mutex_t mutex; // over all below
    pthread_cond_t changed;
    bool woken;
    bool stopping;
};

// What one round takes through the store's jobs.
struct round {
    const struct command_dispatch_settings *settings;
    struct command_list commands;
    size_t published; // so many from the front were; the rest goes back
};

static int collect(const struct command *command, void *ctx)
{
    struct round *round = ctx;

    if (round->commands.count == ROUND_COMMANDS)
        return 1;
    return command_list_append(&round->commands, command);
}

static int read_due(struct command_dispatch *dispatch, struct round *round, struct err *err)
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

// Ends a command that is not to be sent.
static void hold_back(
    struct command *command, const struct command_verdict *verdict, int64_t now_ms)
{
    command->state = COMMAND_FAILED;
    memcpy(command->result, verdict->result, sizeof command->result);
    memcpy(command->detail, verdict->detail, sizeof command->detail);
    command->ended_at_ms = now_ms;
    log_warning("command", "held back id=%lld mac=%s command=%s reason=\"%s\"",
        (long long)command->id, command->mac, command->name, command->detail);
}

// What becomes of a command whose turn has come.
static int decide(struct store_connection *connection, const struct round *round,
    struct command *command, struct err *err)
{
    const struct command_dispatch_settings *settings = round->settings;
    int64_t now_ms = clock_now_ms(); // here, since the writer also moves the clock
    struct command_verdict verdict = {.held = false};

    if (strcmp(command->name, CONTRACT_COMMAND_FLASH) == 0 && !command->forced &&
        settings->judge_flash != NULL) {
        int rc =
            settings->judge_flash(connection, command->mac, &verdict, settings->judge_ctx, err);

        if (rc < 0)
            return rc;
        memcpy(command->image, verdict.image, sizeof command->image);
    }
    if (verdict.held) {
        hold_back(command, &verdict, now_ms);
        return 0;
    }
    command->state = COMMAND_SENT;
    command->sent_at_ms = now_ms;
    return 0;
}

// A store_job: marks the round's commands sent, dropping those that are queued no more or are held
// back.
static int mark_sent(struct store_connection *connection, void *ctx, struct err *err)
{
    struct round *round = ctx;
    size_t kept = 0;

    for (size_t i = 0; i < round->commands.count; i++) {
        struct command command;
        int rc = command_store_get(connection, round->commands.items[i].id, &command, err);

        if (rc == ERR_NOT_FOUND)
            continue; // its device was forgotten
        if (rc == 0 && command.state != COMMAND_QUEUED)
            continue;
        if (rc == 0)
            rc = decide(connection, round, &command, err);
        if (rc == 0)
            rc = command_store_update(connection, &command, err);
        if (rc < 0)
            return rc;
        if (command.state != COMMAND_SENT)
            continue;
        memcpy(command.spelling, round->commands.items[i].spelling, sizeof command.spelling);
        round->commands.items[kept++] = command_list_item(&command);
    }
    round->commands.count = kept;
    return 0;
}

// A store_job: puts what was not published back into the queue, unless it was settled meanwhile.
static int put_back(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct round *round = ctx;

    for (size_t i = round->published; i < round->commands.count; i++) {
        struct command command;
        int rc = command_store_get(connection, round->commands.items[i].id, &command, err);

        if (rc == ERR_NOT_FOUND || (rc == 0 && command.state != COMMAND_SENT))
            continue;
        if (rc < 0)
            return rc;
        command.state = COMMAND_QUEUED;
        command.sent_at_ms = 0;
        rc = command_store_update(connection, &command, err);
        if (rc < 0)
            return rc;
    }
    return 0;
}

// A flash names the image that it means, if that is known.
static int format_payload(const struct command_list_item *item, char *out, size_t size)
{
    if (item->image[0] == '\0')
        return snprintf(out, size, "{\"" CONTRACT_EVENT_ID "\": %lld}", (long long)item->id);
    return snprintf(out, size,
        "{\"" CONTRACT_EVENT_ID "\": %lld, \"" CONTRACT_EVENT_IMAGE "\": \"%s\"}",
        (long long)item->id, item->image);
}

static int publish(struct command_dispatch *dispatch, const struct command_list_item *item)
{
    char topic[TOPIC_SIZE];
    char payload[48 + IMAGE_NAME_SIZE];
    int n = format_payload(item, payload, sizeof payload);

    if (topic_format(topic, TOPIC_COMMAND, item->spelling[0] != '\0' ? item->spelling : item->mac,
            item->name) == 0)
        return ERR_INVALID;
    return dispatch->settings.publish(
        topic, (const uint8_t *)payload, (size_t)n, dispatch->settings.ctx);
}

// Publishes until the first failure: the broker is away then, and the rest would fail as well.
static void publish_all(struct command_dispatch *dispatch, struct round *round)
{
    while (round->published < round->commands.count &&
           publish(dispatch, &round->commands.items[round->published]) >= 0)
        round->published++;
}

static int send_due(struct command_dispatch *dispatch, struct round *round, struct err *err)
{
    bool full;
    int rc = read_due(dispatch, round, err);

    if (rc < 0 || round->commands.count == 0)
        return rc;
    full = round->commands.count == ROUND_COMMANDS;
    rc = store_write(dispatch->store, mark_sent, round, err);
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
    rc = store_write(dispatch->store, put_back, round, err);
    return rc < 0 ? rc : err_set(err, ERR_UNAVAILABLE, "the broker takes no commands now");
}

struct limits {
    int64_t sent_before_ms, queued_before_ms, now_ms;
};

static struct limits limits_now(const struct command_dispatch *dispatch)
{
    int64_t now_ms = clock_now_ms();

    return (struct limits){
        .sent_before_ms = now_ms - dispatch->settings.sent_timeout_ms,
        .queued_before_ms = now_ms - dispatch->settings.queued_timeout_ms,
        .now_ms = now_ms,
    };
}

// A store_job.
static int expire(struct store_connection *connection, void *ctx, struct err *err)
{
    struct limits limits = limits_now(ctx); // here, since the writer also moves the clock

    return command_store_expire(
        connection, limits.sent_before_ms, limits.queued_before_ms, limits.now_ms, err);
}

static int expire_old(struct command_dispatch *dispatch, struct err *err)
{
    struct store_connection *connection;
    struct limits limits = limits_now(dispatch);
    int rc = store_read_begin(dispatch->store, &connection, err);

    if (rc < 0)
        return rc;
    rc = command_store_has_expired(connection, limits.sent_before_ms, limits.queued_before_ms, err);
    store_read_end(dispatch->store, connection);
    return rc > 0 ? store_write(dispatch->store, expire, dispatch, err) : rc;
}

// One look at what is to be done. False if something failed: then not again before the next tick.
static bool run_round(struct command_dispatch *dispatch)
{
    struct err err = {0};
    struct round round = {.settings = &dispatch->settings};
    int rc = expire_old(dispatch, &err);

    if (rc == 0)
        rc = send_due(dispatch, &round, &err);
    command_list_clear(&round.commands);

    bool failing = rc < 0 && rc != ERR_UNAVAILABLE;

    if (failing && !dispatch->failing)
        log_error("command", "dispatch failed, tries again each second error=\"%s\"", err.message);
    dispatch->failing = failing;
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
