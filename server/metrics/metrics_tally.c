// Counts what has happened by what has come into the database since the last time.
#include "server/metrics/metrics_tally.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/contract.h"
#include "common/result.h"
#include "server/base/clock.h"
#include "server/model/event_kind.h"
#include "server/store/event_follow.h"
#include "server/store/metrics_store.h"

#define OTHER METRICS_TALLY_OTHER

static const char *const kinds[] = {CONTRACT_EVENT_KIND_ACCEPTED, CONTRACT_EVENT_KIND_BOOT,
    CONTRACT_EVENT_KIND_COMMAND, CONTRACT_EVENT_KIND_ERROR, CONTRACT_EVENT_KIND_TRIAL,
    EVENT_KIND_DOWNLOAD, EVENT_KIND_ENROLMENT, EVENT_KIND_ENROLMENT_REFUSED, EVENT_KIND_KEY,
    EVENT_KIND_KEY_REFUSED, EVENT_KIND_LIMITED, EVENT_KIND_READMITTED, EVENT_KIND_REBOOT,
    EVENT_KIND_REPLACED, EVENT_KIND_REVOKED, EVENT_KIND_ROLLOUT, EVENT_KIND_SHARED_IDENTITY,
    EVENT_KIND_WILL, OTHER};
static const char *const names[] = {CONTRACT_COMMAND_CA, CONTRACT_COMMAND_CERT,
    CONTRACT_COMMAND_CONFIG, CONTRACT_COMMAND_FIRMWARE, CONTRACT_COMMAND_FLASH,
    CONTRACT_COMMAND_KEY, CONTRACT_COMMAND_REBOOT, CONTRACT_COMMAND_WIFI, OTHER};
// Behind those of common/result.h.
static const char *const own_results[] = {
    COMMAND_RESULT_CANCELLED, COMMAND_RESULT_HELD, COMMAND_RESULT_REVOKED, OTHER};

#define COUNT_OF(list) (sizeof(list) / sizeof(list)[0])
#define KINDS COUNT_OF(kinds)
#define NAMES COUNT_OF(names)
#define RESULTS (RESULT_COUNT + COUNT_OF(own_results))

struct commands {
    int64_t ended[NAMES][RESULTS];
};

struct metrics_tally {
    struct store *store;
    int64_t opened_ms; // clock_unstepped_ms()
    pthread_mutex_t lock;
    int64_t event;            // the newest that was counted
    int64_t events[KINDS];    // counted so far
    int64_t command;          // this one and all before it will not change any more
    struct commands commands; // of these
    struct commands later;    // of those behind it, counted anew each time
    int64_t newest;           // command
    bool is_blocked;          // one that has not ended was met
};

// The last of a list is the one for all others.
static size_t find(const char *const *list, size_t n, const char *name)
{
    size_t i = 0;

    while (i < n - 1 && strcmp(list[i], name) != 0)
        i++;
    return i;
}

static size_t find_result(const char *name)
{
    enum result result = result_from_name(name);

    return result < RESULT_COUNT ? (size_t)result
                                 : RESULT_COUNT + find(own_results, COUNT_OF(own_results), name);
}

static const char *result_at(size_t i)
{
    return i < RESULT_COUNT ? result_name((enum result)i) : own_results[i - RESULT_COUNT];
}

static int64_t behind_newest(int64_t newest)
{
    return newest > METRICS_TALLY_COMMANDS ? newest - METRICS_TALLY_COMMANDS : 0;
}

static int find_beginning(struct metrics_tally *tally, struct err *err)
{
    struct store_connection *connection;
    int64_t newest = 0;
    int rc = store_read_begin(tally->store, &connection, err);

    if (rc < 0)
        return rc;
    rc = event_follow_newest(connection, &tally->event, err);
    if (rc == 0)
        rc = metrics_store_newest_command(connection, &newest, err);
    tally->command = behind_newest(newest);
    store_read_end(tally->store, connection);
    return rc;
}

int metrics_tally_open(struct store *store, struct metrics_tally **out, struct err *err)
{
    struct metrics_tally *tally = calloc(1, sizeof *tally);

    if (tally == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for what is counted");
    tally->store = store;
    tally->opened_ms = clock_unstepped_ms();
    pthread_mutex_init(&tally->lock, NULL);

    int rc = find_beginning(tally, err);

    if (rc < 0)
        metrics_tally_close(tally);
    else
        *out = tally;
    return rc;
}

void metrics_tally_close(struct metrics_tally *tally)
{
    if (tally == NULL)
        return;
    pthread_mutex_destroy(&tally->lock);
    free(tally);
}

static int count_kind(const char *kind, int64_t count, void *ctx)
{
    struct metrics_tally *tally = ctx;

    tally->events[find(kinds, KINDS, kind)] += count;
    return 0;
}

static int count_events(
    struct metrics_tally *tally, struct store_connection *connection, struct err *err)
{
    int64_t before[KINDS];
    int64_t range[2] = {tally->event, 0};
    int rc = event_follow_newest(connection, &range[1], err);

    if (rc < 0)
        return rc;
    if (range[1] - range[0] > METRICS_TALLY_EVENTS)
        range[1] = range[0] + METRICS_TALLY_EVENTS;
    memcpy(before, tally->events, sizeof before);
    rc = metrics_store_each_kind(connection, range, count_kind, tally, err);
    if (rc < 0)
        memcpy(tally->events, before, sizeof before); // they come again
    else
        tally->event = range[1];
    return rc;
}

// Those that ended before the daemon started were counted by the one before.
static int count_command(const struct metrics_store_command *command, void *ctx)
{
    struct metrics_tally *tally = ctx;
    bool has_ended = command_state_is_end(command->state);
    bool is_settled =
        !tally->is_blocked && (has_ended || command->id <= behind_newest(tally->newest));
    struct commands *into = is_settled ? &tally->commands : &tally->later;

    if (is_settled)
        tally->command = command->id;
    else
        tally->is_blocked = true;
    if (has_ended && command->ended_at_ms >= tally->opened_ms + clock_stepped_ms())
        into->ended[find(names, NAMES, command->name)][find_result(command->result)]++;
    return 0;
}

static int count_commands(
    struct metrics_tally *tally, struct store_connection *connection, struct err *err)
{
    int rc = metrics_store_newest_command(connection, &tally->newest, err);

    memset(&tally->later, 0, sizeof tally->later);
    tally->is_blocked = false;
    if (rc == 0)
        rc = metrics_store_each_command(connection, tally->command, count_command, tally, err);
    return rc;
}

static int catch_up(struct metrics_tally *tally, struct err *err)
{
    struct store_connection *connection;
    int rc = store_read_begin(tally->store, &connection, err);

    if (rc < 0)
        return rc;
    rc = count_events(tally, connection, err);
    if (rc == 0)
        rc = count_commands(tally, connection, err);
    store_read_end(tally->store, connection);
    return rc;
}

static void visit(const struct metrics_tally *tally, const struct metrics_tally_visitor *visitor)
{
    for (size_t i = 0; i < KINDS; i++)
        visitor->event(kinds[i], tally->events[i], visitor->ctx);
    for (size_t i = 0; i < NAMES; i++) {
        for (size_t j = 0; j < RESULTS; j++) {
            int64_t count = tally->commands.ended[i][j] + tally->later.ended[i][j];

            if (count > 0 || j == RESULT_OK)
                visitor->command(names[i], result_at(j), count, visitor->ctx);
        }
    }
}

int metrics_tally_read(
    struct metrics_tally *tally, const struct metrics_tally_visitor *visitor, struct err *err)
{
    pthread_mutex_lock(&tally->lock);

    int rc = catch_up(tally, err);

    if (rc == 0)
        visit(tally, visitor);
    pthread_mutex_unlock(&tally->lock);
    return rc;
}
