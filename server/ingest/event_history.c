// Which events are kept.
#include "server/ingest/event_history.h"

#include <stdbool.h>

#include "server/base/clock.h"
#include "server/store/event_store.h"
#include "server/store/mac_key.h"

// Of outcomes there is none that nobody asked for: their number is bounded by who commands.
static const struct {
    bool bounded;
    enum meter_kind kind;
    int64_t kept; // of one device in all
} classes[EVENT_CLASS_COUNT] = {
    [EVENT_CLASS_OTHER] = {true, METER_EVENTS, 2000},
    [EVENT_CLASS_START] = {true, METER_STARTS, 1000},
    [EVENT_CLASS_NOTICE] = {true, METER_NOTICES, 1000},
    [EVENT_CLASS_OUTCOME] = {false, METER_EVENTS, 0},
};

static bool is_kept(struct event_history *history, enum meter_kind kind, int64_t key)
{
    if (history->judged == 0)
        history->judged = meter_keep(history->meter, key, kind, clock_monotonic_ms()) ? 1 : -1;
    return history->judged > 0;
}

int event_history_add(struct store_connection *connection, struct event_history *history,
    const struct event *event, struct err *err)
{
    enum meter_kind kind = classes[event->class].kind;
    int64_t key;

    if (!mac_key_from_text(event->mac, &key))
        return err_set(err, ERR_INVALID, "no MAC: %s", event->mac);
    if (!classes[event->class].bounded)
        return event_store_add(connection, event, err);
    if (!is_kept(history, kind, key))
        return 0;

    int rc = event_store_add(connection, event, err);

    if (rc < 0 || !meter_trims(history->meter, key, kind))
        return rc;
    return event_store_trim(
        connection, event->mac, event->class, classes[event->class].kept, err);
}
