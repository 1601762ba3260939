// How many mails an hour.
#include "server/alert/alert_bound.h"

#define HOUR_MS INT64_C(3600000)

bool alert_bound_turn(struct alert_progress *progress, int64_t now_ms, int64_t *held)
{
    *held = 0;
    if (now_ms - progress->hour_ms < HOUR_MS && progress->hour_ms <= now_ms)
        return false;
    *held = progress->held;
    progress->hour_ms = now_ms;
    progress->sent = 0;
    progress->held = 0;
    return true;
}

bool alert_bound_take(struct alert_progress *progress, int64_t per_hour)
{
    if (progress->sent >= per_hour) {
        progress->held++;
        return false;
    }
    progress->sent++;
    return true;
}
