// From what has happened to what is sent.
#include "server/webhook/webhook_fill.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "common/mac.h"
#include "server/base/clock.h"
#include "server/select/select_parse.h"
#include "server/store/alert_store.h"
#include "server/store/audit_store.h"
#include "server/store/device_store.h"
#include "server/store/event_follow.h"
#include "server/webhook/webhook_kinds.h"

struct look {
    struct webhook_fill *fill;
    struct store_connection *connection;
    const struct webhook_bodies *bodies;
    struct select_tree *trees; // the filter, and which device; NULL: all
    size_t rows;
    struct err *err;
};

static int append(struct webhook_fill *fill, char *body)
{
    char **bodies = realloc(fill->bodies, (fill->count + 1) * sizeof *bodies);

    if (bodies != NULL)
        fill->bodies = bodies;
    if (bodies == NULL || body == NULL) {
        free(body);
        return ERR_NO_MEMORY;
    }
    fill->bodies[fill->count++] = body;
    return 0;
}

// 1, 0, or an error. A filter that refers to what is not there any more can be asked by nobody.
static int meets(struct look *look, const char *mac)
{
    struct device_filter filter = {.trees = look->trees, .tree_count = 2, .now_ms = clock_now_ms()};
    char text[MAC_SIZE + sizeof "mac="];
    struct err err = {0};
    int64_t count = 0;
    int rc;

    if (look->trees == NULL)
        return 1;
    snprintf(text, sizeof text, "mac=%s", mac);
    rc = select_parse(text, &look->trees[1], &err);
    if (rc == 0)
        rc = device_store_count_filtered(look->connection, &filter, &count, &err);
    if (rc == ERR_NOT_FOUND || rc == ERR_TOO_LARGE) {
        look->fill->is_broken = true;
        look->fill->webhook.dropped++;
        return 0;
    }
    if (rc < 0)
        return err_set(look->err, rc, "%.400s", err.message);
    return count > 0;
}

static int take_event(const struct event_follow_row *row, void *ctx)
{
    const struct event *event = &row->event;
    struct look *look = ctx;
    int rc =
        webhook_kinds_has(look->fill->webhook.kinds, event->kind) ? meets(look, event->mac) : 0;

    look->rows++;
    if (rc > 0)
        rc = append(look->fill, look->bodies->event(event, row->id));
    if (rc == 0)
        look->fill->webhook.event_cursor = row->id;
    return rc;
}

static int take_row(const struct audit_row *row, void *ctx)
{
    struct look *look = ctx;
    char kind[sizeof WEBHOOK_KINDS_ROLLOUT + AUDIT_VERB_SIZE];
    int rc = 0;

    look->rows++;
    snprintf(kind, sizeof kind, WEBHOOK_KINDS_ROLLOUT "%s", row->verb);
    if (strcmp(row->kind, audit_kind_name(AUDIT_ROLLOUT)) == 0 &&
        webhook_kinds_has(look->fill->webhook.kinds, kind))
        rc = append(look->fill, look->bodies->rollout(row));
    if (rc == 0)
        look->fill->webhook.audit_cursor = row->number;
    return rc;
}

// Those of devices by the filter, as their events; all others as rollouts.
static int take_note(const struct alert_note *note, void *ctx)
{
    struct look *look = ctx;
    char kind[sizeof WEBHOOK_KINDS_ALERT + ALERT_KIND_SIZE];
    const char *subject = note->alert.subject;
    int rc = 0;

    look->rows++;
    snprintf(kind, sizeof kind, WEBHOOK_KINDS_ALERT "%s", note->alert.kind);
    if (webhook_kinds_has(look->fill->webhook.kinds, kind))
        rc = mac_is_valid(subject, strlen(subject)) ? meets(look, subject) : 1;
    if (rc > 0)
        rc = append(look->fill, look->bodies->alert(note));
    if (rc == 0)
        look->fill->webhook.alert_cursor = note->number;
    return rc;
}

static int read_notes(struct look *look, struct err *err)
{
    const struct alert_store_range range = {look->fill->webhook.alert_cursor, WEBHOOK_FILL_ROWS};
    int rc;

    look->rows = 0;
    rc = alert_store_each_note(look->connection, &range, take_note, look, err);
    look->fill->is_full |= look->rows == WEBHOOK_FILL_ROWS;
    return rc;
}

static int read_rows(struct look *look, struct err *err)
{
    struct webhook *webhook = &look->fill->webhook;
    struct audit_store_wish wish = {webhook->audit_cursor, INT64_MIN, "", "", WEBHOOK_FILL_ROWS};
    const struct event_follow_wish all = {.mac = "", .kind = ""};
    const struct event_follow_range range = {webhook->event_cursor, WEBHOOK_FILL_ROWS};
    int rc = event_follow_each(look->connection, &all, &range, take_event, look, err);

    look->fill->is_full = look->rows == WEBHOOK_FILL_ROWS;
    look->rows = 0;
    if (rc == 0)
        rc = audit_store_page(look->connection, &wish, take_row, look, err);
    look->fill->is_full |= look->rows == WEBHOOK_FILL_ROWS;
    if (rc == 0)
        rc = read_notes(look, err);
    return rc == ERR_NO_MEMORY ? err_set(err, rc, "no memory for a webhook's messages") : rc;
}

int webhook_fill_read(struct store_connection *connection, const struct webhook_bodies *bodies,
    struct webhook_fill *fill, struct err *err)
{
    struct look look = {.fill = fill, .connection = connection, .bodies = bodies, .err = err};
    struct err local = {0};
    int rc = 0;

    if (fill->webhook.filter[0] != '\0') {
        look.trees = calloc(2, sizeof *look.trees);
        if (look.trees == NULL)
            return err_set(err, ERR_NO_MEMORY, "no memory for a filter");
        rc = select_parse(fill->webhook.filter, &look.trees[0], &local);
    }
    if (rc == 0)
        rc = read_rows(&look, err);
    else
        rc = err_set(err, rc, "its filter: %.400s", local.message);
    free(look.trees);
    return rc;
}

bool webhook_fill_has(const struct webhook_fill *fill, const struct webhook *before)
{
    return fill->webhook.event_cursor != before->event_cursor ||
           fill->webhook.audit_cursor != before->audit_cursor ||
           fill->webhook.alert_cursor != before->alert_cursor;
}

int webhook_fill_queue(struct store_connection *connection, struct webhook_message *message,
    const char *body, struct err *err)
{
    uint64_t chance[2];

    if (getrandom(chance, sizeof chance, 0) != (ssize_t)sizeof chance)
        return err_set(err, ERR_IO, "no random bytes for a message");
    snprintf(
        message->id, sizeof message->id, "msg_%016" PRIx64 "%016" PRIx64, chance[0], chance[1]);
    return webhook_store_queue(connection, message, body, err);
}

int webhook_fill_write(struct store_connection *connection, void *ctx, struct err *err)
{
    struct webhook_fill *fill = ctx;
    struct webhook now;
    int64_t at_ms = clock_now_ms();
    struct webhook_message message = {
        .webhook = fill->webhook.id, .queued_at_ms = at_ms, .next_at_ms = at_ms};
    int64_t removed = 0;
    int rc = webhook_store_get(connection, fill->webhook.name, &now, err);

    fill->dropped = 0;
    if (rc < 0 || now.id != fill->webhook.id || now.state != WEBHOOK_ON)
        return rc == ERR_NOT_FOUND ? 0 : rc;
    for (size_t i = 0; rc == 0 && i < fill->count; i++)
        rc = webhook_fill_queue(connection, &message, fill->bodies[i], err);
    if (rc == 0)
        rc = webhook_store_bound(connection, now.id, fill->keep, &removed, err);
    now.event_cursor = fill->webhook.event_cursor;
    now.audit_cursor = fill->webhook.audit_cursor;
    now.alert_cursor = fill->webhook.alert_cursor;
    now.dropped = fill->webhook.dropped + removed;
    fill->dropped = removed;
    return rc < 0 ? rc : webhook_store_update(connection, &now, err);
}

void webhook_fill_clear(struct webhook_fill *fill)
{
    for (size_t i = 0; i < fill->count; i++)
        free(fill->bodies[i]);
    free(fill->bodies);
    fill->bodies = NULL;
    fill->count = 0;
}
