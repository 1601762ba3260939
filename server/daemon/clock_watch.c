// The system's clock and ours.
#include "server/daemon/clock_watch.h"

#include <stdbool.h>
#include <stdlib.h>

#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/store/clock_store.h"

#define STEP_MS 1000 // less is what NTP does all the time
#define TELL_MS 5000

struct move {
    struct clock_store_move stored;
    bool advanced;
};

// A store_job. The clock is moved here, on the writer's thread: all jobs before this one have gone
// by the old time, all after it go by the new one.
static int move_clock(struct store_connection *connection, void *ctx, struct err *err)
{
    struct move *move = ctx;
    int rc;

    move->stored.now_ms = clock_now_ms();
    rc = clock_store_move(connection, &move->stored, err);
    if (rc < 0)
        return rc;
    clock_step(move->stored.by_ms);
    move->advanced = true;
    return 0;
}

int64_t clock_watch_follow(
    struct store *store, const struct clock_watch_settings *settings, struct tally *steps)
{
    int64_t by_ms = clock_ahead_ms();
    struct err err = {0};
    struct move move = {
        .stored =
            {
                .by_ms = by_ms,
                .offline_after_ms = settings->offline_after_ms,
                .sent_timeout_ms = settings->sent_timeout_ms,
                .queued_timeout_ms = settings->queued_timeout_ms,
            },
    };

    if (llabs(by_ms) < STEP_MS) {
        clock_slew(by_ms);
        return 0;
    }
    if (store_write(store, move_clock, &move, &err) < 0) {
        if (move.advanced)
            clock_step(-by_ms);
        return 0; // again in a second; the store logs why it cannot write
    }
    if (tally_add(steps, 1, TELL_MS))
        log_warning("daemon",
            "the system's clock was set by_s=%lld total=%llu: the times of what is under way move "
            "along; if this goes on, more than one program sets it: see 'timedatectl'",
            (long long)by_ms / 1000, (unsigned long long)steps->total);
    return by_ms;
}
