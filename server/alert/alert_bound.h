#ifndef ALERT_BOUND_H
#define ALERT_BOUND_H

#include <stdbool.h>
#include <stdint.h>

#include "server/model/alert.h"

// So many mails an hour, and no more: pure. The hour and what was sent in it are the progress's.

// Whether the hour is over; *held is then how many were held back in it, of which a mail is due. It
// begins anew; also if it began so far ahead that the clock must have been set.
bool alert_bound_turn(struct alert_progress *progress, int64_t now_ms, int64_t *held);

// Whether one more may be sent, which then counts; else it counts as held back.
bool alert_bound_take(struct alert_progress *progress, int64_t per_hour);

#endif
