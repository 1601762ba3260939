// Why a rollout lets no device begin yet.
#include "server/rollout/rollout_wait.h"

#include <stddef.h>

#include "server/rollout/rollout_zone.h"

#define MINUTE_MS 60000
#define MINUTES_MAX (3 * 24 * 60) // clocks that change may leave one day's window out

const char *rollout_wait_name(enum rollout_wait wait)
{
    static const char *const names[ROLLOUT_WAIT_COUNT] = {
        [ROLLOUT_WAIT_START] = "start",
        [ROLLOUT_WAIT_WINDOW] = "window",
        [ROLLOUT_WAIT_ZONE] = "zone",
    };

    return (unsigned)wait < ROLLOUT_WAIT_COUNT ? names[wait] : NULL;
}

static bool is_within(
    const struct rollout_zone *zone, const struct rollout_terms *terms, int64_t at_ms)
{
    return rollout_zone_is_within(zone, terms->window_from, terms->window_to, at_ms);
}

static int64_t find_opening(
    const struct rollout_zone *zone, const struct rollout_terms *terms, int64_t now_ms)
{
    int64_t at_ms = now_ms - now_ms % MINUTE_MS;

    for (int i = 0; i < MINUTES_MAX; i++) {
        at_ms += MINUTE_MS;
        if (is_within(zone, terms, at_ms))
            return at_ms;
    }
    return 0;
}

enum rollout_wait rollout_wait_find(
    const struct rollout_terms *terms, int64_t now_ms, int64_t *until_ms)
{
    enum rollout_wait wait = ROLLOUT_WAIT_NONE;
    struct rollout_zone zone;

    if (until_ms != NULL)
        *until_ms = now_ms < terms->start_ms ? terms->start_ms : 0;
    if (now_ms < terms->start_ms)
        return ROLLOUT_WAIT_START;
    if (terms->window_from == terms->window_to)
        return ROLLOUT_WAIT_NONE;
    if (rollout_zone_open(NULL, terms->window_zone, &zone, NULL) < 0)
        return ROLLOUT_WAIT_ZONE; // it was there when the rollout was created
    if (!is_within(&zone, terms, now_ms)) {
        wait = ROLLOUT_WAIT_WINDOW;
        if (until_ms != NULL)
            *until_ms = find_opening(&zone, terms, now_ms);
    }
    rollout_zone_clear(&zone);
    return wait;
}

int rollout_wait_check_zone(const struct rollout_terms *terms, struct err *err)
{
    struct rollout_zone zone;
    int rc;

    if (terms->window_from == terms->window_to)
        return 0;
    rc = rollout_zone_open(NULL, terms->window_zone, &zone, err);
    if (rc == 0)
        rollout_zone_clear(&zone);
    return rc;
}
