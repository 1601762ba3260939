// Regular care of the store.
#include "server/daemon/housekeeping.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/store/clock_store.h"
#include "server/store/device_store.h"
#include "server/store/event_store.h"
#include "server/store/status_store.h"

#define MAINTAIN_EVERY_MS 60000
#define DAY_MS ((int64_t)24 * 3600 * 1000)
#define ALIVE_WITHIN_MS 60000

struct housekeeping {
    struct store *store;
    int64_t maintain_at_ms;   // monotonic
    _Atomic bool more;        // the last round of maintenance left work
    _Atomic unsigned waiting; // jobs that the writer has not done with
};

// What a job needs, so that it shares nothing with the ticking thread.
struct round {
    struct housekeeping *housekeeping;
    struct housekeeping_settings settings;
};

void housekeeping_hold(struct housekeeping *housekeeping)
{
    housekeeping->maintain_at_ms = clock_monotonic_ms() + DAY_MS;
    housekeeping->more = false;
}

// A daemon that is started with a clock that is a year ahead must not delete what it takes for old.
static int compare_clock(struct housekeeping *housekeeping, struct err *err)
{
    struct store_connection *connection;
    int64_t newest_ms = 0;
    int rc = store_read_begin(housekeeping->store, &connection, err);

    if (rc < 0)
        return rc;
    rc = clock_store_newest(connection, &newest_ms, err);
    store_read_end(housekeeping->store, connection);
    if (rc < 0 || newest_ms == 0 || llabs(clock_now_ms() - newest_ms) <= DAY_MS)
        return rc;
    log_warning("daemon",
        "the clock and the newest status differ days=%lld: for a day, nothing is deleted because "
        "of its age",
        (long long)(llabs(clock_now_ms() - newest_ms) / DAY_MS));
    housekeeping_hold(housekeeping);
    return 0;
}

int housekeeping_new(struct store *store, struct housekeeping **out, struct err *err)
{
    struct housekeeping *housekeeping = calloc(1, sizeof *housekeeping);

    if (housekeeping == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for housekeeping");
    housekeeping->store = store;

    int rc = compare_clock(housekeeping, err);

    if (rc < 0) {
        housekeeping_free(housekeeping);
        return rc;
    }
    *out = housekeeping;
    return 0;
}

void housekeeping_free(struct housekeeping *housekeeping)
{
    free(housekeeping);
}

static int expire(struct store_connection *connection, void *ctx, struct err *err)
{
    struct round *round = ctx;

    return device_store_expire(connection, clock_now_ms() - round->settings.offline_after_ms, err);
}

static int maintain(struct store_connection *connection, void *ctx, struct err *err)
{
    struct round *round = ctx;
    const struct housekeeping_settings *settings = &round->settings;
    int64_t now = clock_now_ms();
    bool more_statuses = false;
    bool more_events = false;
    int rc = status_store_maintain(
        connection, now, settings->keep_statuses_ms, settings->keep_hours_ms, &more_statuses, err);

    if (rc == 0)
        rc = event_store_delete_before(
            connection, now - settings->keep_events_ms, &more_events, err);
    round->housekeeping->more = rc == 0 && (more_statuses || more_events);
    return rc;
}

static void end_round(void *ctx)
{
    struct round *round = ctx;

    round->housekeeping->waiting--;
    free(round);
}

static void post(
    struct housekeeping *housekeeping, const struct housekeeping_settings *settings, store_job job)
{
    struct round *round = malloc(sizeof *round);

    if (round == NULL)
        return; // again in a second
    *round = (struct round){housekeeping, *settings};
    housekeeping->waiting++;
    store_post(housekeeping->store, job, round, end_round);
}

void housekeeping_tick(
    struct housekeeping *housekeeping, const struct housekeeping_settings *settings)
{
    int64_t now = clock_monotonic_ms();

    if (housekeeping->waiting > 0) // nothing can be written now
        return;
    post(housekeeping, settings, expire);
    if (now < housekeeping->maintain_at_ms && !housekeeping->more)
        return;
    housekeeping->more = false;
    housekeeping->maintain_at_ms = now + MAINTAIN_EVERY_MS;
    post(housekeeping, settings, maintain);
}

bool housekeeping_is_alive(const struct housekeeping *housekeeping)
{
    struct store_counters counters;

    store_read_counters(housekeeping->store, &counters);
    return clock_monotonic_ms() - counters.last_batch_ms < ALIVE_WITHIN_MS;
}
