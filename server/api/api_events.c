// What happens to devices, sent as it is committed.
#include "server/api/api_events.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/api/api.h"
#include "server/api/api_access.h"
#include "server/api/api_event_changes.h"
#include "server/api/api_event_id.h"
#include "server/api/api_filter.h"
#include "server/api/api_json.h"
#include "server/api/api_members.h"
#include "server/api/api_text.h"
#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/http/http_feed.h"
#include "server/store/event_follow.h"

#define HEARTBEAT_MS 15000
#define ROWS 256        // read in one view: so much of it is held for a client that takes nothing
#define VIEWS_AT_ONCE 4 // where few rows of many are wanted: then others have their turn
#define NEWEST_MAX 1000

struct events {
    struct store *store;
    struct api_event_id seen; // all up to these were seen
    struct api_filter texts;
    struct device_filter filter;
    char mac[MAC_SIZE];
    char kind[EVENT_KIND_SIZE];
    bool follows;       // goes on when all that there is was told
    bool is_gap_told;   // since it was last up to date
    bool is_behind;     // after the last view
    int64_t rows;       // of that
    int64_t sent_at_ms; // monotonic
    struct api_text piece;
    size_t sent; // of it
    struct api_access_guard guard;
};

static void add_id(struct events *events, int64_t id)
{
    struct api_event_id both = {id, events->seen.change};

    api_text_add(&events->piece, "id: ");
    api_event_id_add(&events->piece, &both);
}

static void add_line(struct events *events, const char *name, int64_t number)
{
    api_text_add(&events->piece, name);
    api_text_add_integer(&events->piece, number);
}

// Events between these two were removed, or `after` is of another database.
static void add_gap(struct events *events, int64_t after, int64_t next)
{
    if (events->is_gap_told)
        return;
    events->is_gap_told = true;
    add_id(events, next - 1);
    add_line(events, "\nevent: gap\ndata: {\"after\": ", after);
    add_line(events, ", \"next\": ", next);
    api_text_add(&events->piece, "}\n\n");
}

// An id without data is no event, but a client comes back with it (HTML, 9.2.6).
static void add_comment(struct events *events)
{
    api_text_add(&events->piece, ":\n");
    add_id(events, events->seen.event);
    api_text_add(&events->piece, "\n\n");
}

static int add_event(const struct event_follow_row *row, void *ctx)
{
    struct events *events = ctx;
    json_t *object;
    char *text;

    if (row->id != events->seen.event + 1)
        add_gap(events, events->seen.event, row->id);
    events->rows++;
    events->seen.event = row->id;
    if (!row->is_wished)
        return 0;
    object = api_json_event(&row->event);
    api_json_set(&object, "mac", json_string(row->event.mac));
    text = object != NULL ? api_json_dump(object) : NULL;
    json_decref(object);
    if (text == NULL)
        return ERR_NO_MEMORY;
    add_id(events, row->id);
    api_text_add(&events->piece, "\ndata: ");
    api_text_add(&events->piece, text);
    api_text_add(&events->piece, "\n\n");
    free(text);
    return events->piece.failed ? ERR_NO_MEMORY : 0;
}

static struct event_follow_wish wish_of(struct events *events)
{
    events->filter.now_ms = clock_now_ms();
    return (struct event_follow_wish){events->mac, events->kind, &events->filter};
}

// What came up to the newest, which was read in the same view.
static int read_up_to(
    struct events *events, struct store_connection *connection, int64_t newest, struct err *err)
{
    struct event_follow_wish wish = wish_of(events);
    struct event_follow_range range = {events->seen.event, ROWS};
    int rc = event_follow_each(connection, &wish, &range, add_event, events, err);

    events->is_behind = events->rows == ROWS;
    if (rc < 0 || events->is_behind)
        return rc;
    if (events->seen.event < newest) // the newest were removed
        add_gap(events, events->seen.event, newest + 1);
    events->seen.event = newest;
    return 0;
}

static int read_view(struct events *events, struct err *err)
{
    struct store_connection *connection;
    int64_t newest = 0;
    int rc = store_read_begin(events->store, &connection, err);

    if (rc < 0)
        return rc;
    events->rows = 0;
    events->is_behind = false;
    rc = event_follow_newest(connection, &newest, err);
    if (rc == 0 && newest > events->seen.event)
        rc = read_up_to(events, connection, newest, err);
    if (rc == 0 && events->seen.change >= 0)
        rc = api_event_changes_read(connection, &events->seen, &events->piece, err);
    store_read_end(events->store, connection);
    events->is_gap_told &= events->is_behind;
    return rc;
}

// Fills the piece, unless there is nothing to say.
static int read_more(struct events *events)
{
    int64_t now_ms = clock_monotonic_ms();
    struct err err = {0};

    events->piece.n = events->sent = 0;
    for (int i = 0; i < VIEWS_AT_ONCE && events->piece.n == 0; i++) {
        int rc = read_view(events, &err);

        if (rc < 0) {
            log_error("api", "stream of events broken off error=\"%s\"", err.message);
            return rc;
        }
        if (!events->is_behind)
            break;
    }
    if (events->piece.n == 0 && (events->is_behind || now_ms - events->sent_at_ms >= HEARTBEAT_MS))
        add_comment(events);
    if (events->piece.n > 0)
        events->sent_at_ms = now_ms;
    return events->piece.failed ? ERR_NO_MEMORY : 0;
}

static ssize_t read_events(void *ctx, char *buffer, size_t max)
{
    struct events *events = ctx;

    if (!api_access_guard_holds(&events->guard))
        return 0;
    if (events->sent == events->piece.n && read_more(events) < 0)
        return -1;
    if (events->piece.n == 0)
        return events->follows ? HTTP_FEED_LATER : 0;

    size_t left = events->piece.n - events->sent;
    size_t n = left < max ? left : max;

    memcpy(buffer, events->piece.p + events->sent, n);
    events->sent += n;
    return (ssize_t)n;
}

static void release_events(void *ctx)
{
    struct events *events = ctx;

    api_text_clear(&events->piece);
    api_filter_clear(&events->texts);
    free(events);
}

// Where a request wants to begin.
struct event_begin {
    struct api_event_id last; // behind that; .event -1: there is none
    int64_t newest;           // else with so many that there are
    bool with_changes;
};

static int read_last_id(
    const struct http_request *request, struct api_event_id *out, struct err *err)
{
    const char *text = http_request_header(request, "Last-Event-ID");

    *out = (struct api_event_id){-1, -1};
    return text == NULL || api_event_id_read(text, out)
               ? 0
               : err_set(err, ERR_INVALID, "Last-Event-ID is not the id of an event");
}

static int read_newest(const struct http_request *request, int64_t *out, struct err *err)
{
    const char *text = http_request_query(request, "newest");

    *out = 0;
    if (text == NULL)
        return 0;
    if (text[strspn(text, "0123456789")] == '\0' && text[0] != '\0')
        *out = strtoll(text, NULL, 10);
    else
        *out = -1;
    return *out >= 0 && *out <= NEWEST_MAX
               ? 0
               : err_set(err, ERR_INVALID, "newest must be 0 to %d", NEWEST_MAX);
}

// Of one that follows it may be yet to come.
static int check_device(
    const struct events *events, struct store_connection *connection, struct err *err)
{
    struct device_record device;

    if (events->follows || events->mac[0] == '\0')
        return 0;
    return device_store_get(connection, events->mac, &device, err);
}

// Where the stream begins, and its first piece: headers alone are sent with that.
static int begin_at(struct events *events, struct store_connection *connection,
    const struct event_begin *at, struct err *err)
{
    struct event_follow_wish wish = wish_of(events);
    int64_t newest = 0;
    int rc = device_store_check_filter(connection, &events->filter, err);

    if (rc == 0)
        rc = check_device(events, connection, err);
    if (rc == 0)
        rc = event_follow_newest(connection, &newest, err);
    if (rc < 0)
        return rc;
    if (at->last.event >= 0) {
        events->seen.event = at->last.event <= newest ? at->last.event : newest;
        api_text_add(&events->piece, ":\n\n");
        if (at->last.event > newest)
            add_gap(events, at->last.event, newest + 1);
        return 0;
    }
    events->seen.event = newest;
    if (at->newest > 0)
        rc = event_follow_before_newest(connection, &wish, at->newest, &events->seen.event, err);
    events->is_gap_told = true; // it asks for none of before
    add_comment(events);
    return rc;
}

// Changes first, so that whatever is told bears their number, too.
static int begin_both(struct events *events, struct store_connection *connection,
    const struct event_begin *at, struct err *err)
{
    int rc = 0;

    events->seen = (struct api_event_id){at->last.event >= 0 ? at->last.event : 0, -1};
    if (at->with_changes)
        rc = api_event_changes_begin(
            connection, at->last.change, &events->seen, &events->piece, err);
    return rc < 0 ? rc : begin_at(events, connection, at, err);
}

static int begin(struct events *events, const struct event_begin *at, struct err *err)
{
    struct store_connection *connection;
    int rc = store_read_begin(events->store, &connection, err);

    if (rc < 0)
        return rc;
    rc = begin_both(events, connection, at, err);
    store_read_end(events->store, connection);
    events->sent_at_ms = clock_monotonic_ms();
    if (rc == 0 && events->piece.failed)
        rc = err_set(err, ERR_NO_MEMORY, "no memory for the stream");
    return rc;
}

static int read_wish(const struct http_request *request, struct events *events, struct err *err)
{
    const char *mac = http_request_query(request, "mac");
    const char *kind = http_request_query(request, "event");
    const char *follow = http_request_query(request, "follow");
    int rc = api_filter_add_query(&events->texts, request, err);

    events->filter.trees = events->texts.trees;
    events->filter.tree_count = events->texts.count;
    events->follows = follow == NULL || api_members_is_set(follow);
    if (rc < 0)
        return rc;
    if (kind != NULL && strlen(kind) >= sizeof events->kind)
        return err_set(err, ERR_INVALID, "there is no event of that kind");
    if (kind != NULL)
        snprintf(events->kind, sizeof events->kind, "%s", kind);
    return mac != NULL ? api_members_read_mac(mac, events->mac, err) : 0;
}

static int read_request(const struct http_request *request, struct events *events,
    struct event_begin *at, struct err *err)
{
    const char *changes = http_request_query(request, "changes");
    int rc = read_wish(request, events, err);

    at->with_changes = changes != NULL && api_members_is_set(changes);
    if (rc == 0)
        rc = read_last_id(request, &at->last, err);
    return rc == 0 ? read_newest(request, &at->newest, err) : rc;
}

void api_events_stream(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    struct events *events = calloc(1, sizeof *events);
    struct http_feed_source source = {read_events, release_events, events};
    struct err err = {0};
    struct event_begin at;

    if (events == NULL)
        return;
    events->store = api->store;
    api_access_guard_init(&events->guard, api, request);

    int rc = read_request(request, events, &at, &err);

    if (rc == 0)
        rc = begin(events, &at, &err);
    if (rc < 0)
        release_events(events);
    else
        rc = http_feed_set(request, response, "text/event-stream", &source, &err);
    if (rc < 0)
        api_json_refuse(response, &err);
}
