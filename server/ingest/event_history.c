// Which events are kept.
#include "server/ingest/event_history.h"

#include <string.h>

#include "common/contract.h"
#include "server/base/clock.h"
#include "server/model/event_kind.h"
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

enum event_class event_history_class(const struct event *event, bool is_outcome)
{
    static const struct {
        const char *kind;
        enum event_class class;
    } kinds[] = {
        {CONTRACT_EVENT_KIND_BOOT, EVENT_CLASS_START},
        {CONTRACT_EVENT_KIND_TRIAL, EVENT_CLASS_START},
        {EVENT_KIND_REBOOT, EVENT_CLASS_START},
        {EVENT_KIND_WILL, EVENT_CLASS_NOTICE},
        {EVENT_KIND_SHARED_IDENTITY, EVENT_CLASS_NOTICE},
        {EVENT_KIND_DOWNLOAD, EVENT_CLASS_NOTICE},
        {EVENT_KIND_LIMITED, EVENT_CLASS_NOTICE},
    };

    if (is_outcome)
        return EVENT_CLASS_OUTCOME;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(event->kind, kinds[i].kind) == 0)
            return kinds[i].class;
    }
    return EVENT_CLASS_OTHER;
}

int event_history_add(struct store_connection *connection, struct event_history *history,
    const struct event *event, bool is_outcome, struct err *err)
{
    enum event_class class = event_history_class(event, is_outcome);
    enum meter_kind kind = classes[class].kind;
    int64_t key;

    if (!mac_key_from_text(event->mac, &key))
        return err_set(err, ERR_INVALID, "no MAC: %s", event->mac);
    if (!classes[class].bounded || history->meter == NULL)
        return event_store_add(connection, event, class, err);
    if (!is_kept(history, kind, key))
        return 0;

    int rc = event_store_add(connection, event, class, err);

    if (rc < 0 || !meter_trims(history->meter, key, kind))
        return rc;
    return event_store_trim(connection, event->mac, class, classes[class].kept, err);
}
