// From the database to alerts, and back into it.
#include "server/alert/alert_look.h"

#include <stdio.h>
#include <string.h>

#include "server/alert/alert_kind.h"
#include "server/base/clock.h"
#include "server/model/event_kind.h"
#include "server/store/alert_store.h"
#include "server/store/enrolment_store.h"
#include "server/store/event_follow.h"
#include "server/store/rollout_store.h"

#define RESTARTS_MS INT64_C(3600000)

// What goes on in the database, compared with what is so now.
struct going_on {
    struct alert_list known;
    struct alert_look *look;
};

void alert_look_clear(struct alert_look *look)
{
    alert_list_clear(&look->now);
    alert_list_clear(&look->over);
}

static int take_rollout(const struct rollout *rollout, void *ctx)
{
    struct alert_look *look = ctx;

    if (rollout->state == ROLLOUT_PAUSED)
        alert_list_add(
            &look->now, ALERT_KIND_ROLLOUT_PAUSED, rollout->name, rollout->reason, look->now_ms);
    return 0;
}

static int take_silent(const char *mac, int64_t last_seen_ms, void *ctx)
{
    struct alert_look *look = ctx;
    char detail[ALERT_DETAIL_SIZE];
    char text[CLOCK_TEXT_SIZE];

    if (look->is_silence_partial)
        return 1;
    clock_format(last_seen_ms, text);
    snprintf(detail, sizeof detail, "it was heard last on %s", text);
    alert_list_add(&look->now, ALERT_KIND_DEVICE_OFFLINE, mac, detail, look->now_ms);
    return 0;
}

// More than those are one alert, so that a failure of all does not wake anybody a thousand times.
static int look_for_silent(
    struct store_connection *connection, struct alert_look *look, struct err *err)
{
    const int64_t wish[2] = {look->now_ms - look->silent_ms, ALERT_JUDGE_DEVICES + 1};
    size_t before = look->now.count;

    if (look->silent_ms == 0) {
        look->is_silence_partial = true;
        return 0;
    }

    int rc = alert_store_each_silent(connection, wish, take_silent, look, err);

    if (rc < 0 || look->now.count - before <= ALERT_JUDGE_DEVICES)
        return rc;
    look->now.count = before;
    look->is_silence_partial = true;
    alert_list_add(&look->now, ALERT_KIND_DEVICE_OFFLINE, ALERT_JUDGE_FLEET,
        "more devices than have alerts of their own have been silent for long", look->now_ms);
    return 0;
}

static int look_for_pending(
    struct store_connection *connection, struct alert_look *look, struct err *err)
{
    char detail[ALERT_DETAIL_SIZE];
    int64_t count = 0;
    int rc = enrolment_store_count_pending(connection, &count, err);

    if (rc < 0 || count == 0)
        return rc;
    snprintf(detail, sizeof detail, "%lld wait; 'secureesp enrolments list' shows them",
        (long long)count);
    alert_list_add(&look->now, ALERT_KIND_ENROLMENT_WAITING, "", detail, look->now_ms);
    return 0;
}

struct events {
    struct alert_look *look;
    struct store_connection *connection;
    int64_t count;
    struct err *err;
};

// A device that starts now and then is well.
static int count_restarts(struct events *events, const struct event *event)
{
    struct alert_look *look = events->look;
    struct alert_store_events wish = {event->mac, EVENT_KIND_REBOOT, look->now_ms - RESTARTS_MS};
    char detail[ALERT_DETAIL_SIZE];
    int64_t count = 0;
    int rc = strcmp(event->kind, EVENT_KIND_REBOOT) == 0
                 ? alert_store_count_events(events->connection, &wish, &count, events->err)
                 : 0;

    if (rc < 0 || count < ALERT_LOOK_RESTARTS)
        return rc;
    snprintf(detail, sizeof detail, "%lld times within an hour", (long long)count);
    alert_list_add(&look->now, ALERT_KIND_DEVICE_RESTARTS, event->mac, detail, look->now_ms);
    return 0;
}

static int take_event(const struct event_follow_row *row, void *ctx)
{
    struct events *events = ctx;

    events->count++;
    alert_judge_event(&row->event, events->look->now_ms, &events->look->now);
    events->look->progress.events = row->id;
    events->look->is_changed = true;
    return count_restarts(events, &row->event);
}

static int look_at_events(
    struct store_connection *connection, struct alert_look *look, struct err *err)
{
    const struct event_follow_wish all = {.mac = "", .kind = ""};
    const struct event_follow_range range = {look->progress.events, ALERT_LOOK_EVENTS};
    struct events events = {.look = look, .connection = connection, .err = err};
    int rc = event_follow_each(connection, &all, &range, take_event, &events, err);

    look->is_full = events.count == ALERT_LOOK_EVENTS;
    return rc;
}

static int take_known(const struct alert *alert, void *ctx)
{
    struct going_on *going_on = ctx;
    struct alert_look *look = going_on->look;
    struct alert_known known = {&look->now, look->facts, look->is_silence_partial};

    alert_list_add(&going_on->known, alert->kind, alert->subject, alert->detail, look->now_ms);
    if (!alert_judge_is_over(alert, &known, look->now_ms))
        return 0;
    alert_list_add(&look->over, alert->kind, alert->subject, alert->detail, look->now_ms);
    if (look->over.count > 0)
        look->over.items[look->over.count - 1].since_ms = alert->since_ms;
    look->is_changed = true;
    return 0;
}

// What lasts, and is known, needs no writing.
static void drop_known(struct alert_look *look, const struct alert_list *known)
{
    size_t kept = 0;

    for (size_t i = 0; i < look->now.count; i++) {
        const struct alert *alert = &look->now.items[i];
        const struct alert_kind *kind = alert_kind_find(alert->kind);

        if (kind != NULL && kind->lasts &&
            alert_list_find(known, alert->kind, alert->subject) != NULL)
            continue;
        look->now.items[kept++] = *alert;
    }
    look->now.count = kept;
    look->is_changed = look->is_changed || kept > 0;
}

static int compare(struct store_connection *connection, struct alert_look *look, struct err *err)
{
    struct going_on going_on = {.look = look};
    int rc = alert_store_each(connection, take_known, &going_on, err);

    if (rc == 0 && (look->now.failed || look->over.failed || going_on.known.failed))
        rc = err_set(err, ERR_NO_MEMORY, "no memory for alerts");
    if (rc == 0)
        drop_known(look, &going_on.known);
    alert_list_clear(&going_on.known);
    return rc;
}

int alert_look_read(struct store_connection *connection, struct alert_look *look, struct err *err)
{
    int rc = alert_store_read_progress(connection, &look->progress, err);

    if (rc == 0)
        rc = rollout_store_each_open(connection, take_rollout, look, err);
    if (rc == 0)
        rc = look_for_pending(connection, look, err);
    if (rc == 0)
        rc = look_for_silent(connection, look, err);
    if (rc == 0)
        rc = look_at_events(connection, look, err);
    return rc < 0 ? rc : compare(connection, look, err);
}

int alert_look_write(struct store_connection *connection, void *ctx, struct err *err)
{
    struct alert_look *look = ctx;
    int rc = alert_store_write_progress(connection, &look->progress, err);

    for (size_t i = 0; rc == 0 && i < look->over.count; i++) {
        const struct alert *alert = &look->over.items[i];
        const struct alert_kind *kind = alert_kind_find(alert->kind);

        rc = alert_store_end(connection, alert, look->now_ms, kind != NULL && kind->lasts, err);
    }
    for (size_t i = 0; rc == 0 && i < look->now.count; i++)
        rc = alert_store_raise(connection, &look->now.items[i], look->now_ms, err);
    return rc;
}
