#ifndef EVENT_HISTORY_H
#define EVENT_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/ingest/meter.h"
#include "server/model/event.h"
#include "server/store/store.h"

// What a job that may add an event to the history needs to know whether it does. A job that runs
// again comes to the same.
struct event_history {
    struct meter *meter; // borrowed; NULL: no bound
    int8_t judged;       // 0: not yet, 1: kept, -1: left out
};

// The class of an event, by its kind; is_outcome: of a command that was given, which ended by it.
enum event_class event_history_class(const struct event *event, bool is_outcome);

// Adds an event to its device's history, if no more of its class came than one device may cost; an
// outcome always. The oldest of that class go when there are too many.
ERR_CHECKED int event_history_add(struct store_connection *connection,
    struct event_history *history, const struct event *event, bool is_outcome, struct err *err);

#endif
