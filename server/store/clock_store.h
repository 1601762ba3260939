#ifndef CLOCK_STORE_H
#define CLOCK_STORE_H

#include <stdint.h>

#include "server/base/err.h"
#include "server/store/store.h"

// What depends on the clock's being right, when it was not.

// A move of the clock, and how long things count.
struct clock_store_move {
    int64_t now_ms; // by the clock that was wrong
    int64_t by_ms;
    int64_t offline_after_ms;
    int64_t sent_timeout_ms;
    int64_t queued_timeout_ms;
};

// Moves the times of what is under way along with the clock, so that it stays as old as it is: when
// devices that are online were last seen and when they started, when open commands were given and
// sent. What was over by the clock that was wrong stays so; history keeps the times it bears.
ERR_CHECKED int clock_store_move(
    struct store_connection *connection, const struct clock_store_move *move, struct err *err);

// When the newest status was stored; 0 if there is none.
ERR_CHECKED int clock_store_newest(
    struct store_connection *connection, int64_t *at_ms, struct err *err);

#endif
