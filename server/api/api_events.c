// What happens to devices, sent as it is committed.
#include "server/api/api_events.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/api/api.h"
#include "server/api/api_json.h"
#include "server/api/api_json_memory.h"
#include "server/api/api_text.h"
#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/http/http_feed.h"
#include "server/store/event_store.h"

#define HEARTBEAT_MS 15000
#define ROWS 256        // read in one view
#define VIEWS_AT_ONCE 4 // where few rows of many are wanted: then others have their turn
#define ID_DIGITS_MAX 18

struct events {
    struct store *store;
    int64_t after;              // all up to that id were seen
    char mac[MAC_SIZE];         // "": of all devices
    char kind[EVENT_KIND_SIZE]; // "": all
    int64_t rows;               // of the last view
    int64_t sent_at_ms;         // monotonic
    struct api_text piece;
    size_t sent; // of it
};

static int add_event(const struct event *event, int64_t id, void *ctx)
{
    struct events *events = ctx;
    json_t *object;
    char *text;

    events->rows++;
    events->after = id;
    if ((events->mac[0] != '\0' && strcmp(events->mac, event->mac) != 0) ||
        (events->kind[0] != '\0' && strcmp(events->kind, event->kind) != 0))
        return 0;
    object = api_json_event(event);
    api_json_set(&object, "mac", json_string(event->mac));
    text = object != NULL ? api_json_dump(object) : NULL;
    json_decref(object);
    if (text == NULL)
        return ERR_NO_MEMORY;
    api_text_add(&events->piece, "id: ");
    api_text_add_integer(&events->piece, id);
    api_text_add(&events->piece, "\ndata: ");
    api_text_add(&events->piece, text);
    api_text_add(&events->piece, "\n\n");
    free(text);
    return events->piece.failed ? ERR_NO_MEMORY : 0;
}

static int read_view(struct events *events, struct err *err)
{
    struct event_store_bounds bounds = {0, INT64_MAX};
    struct store_connection *connection;
    int rc = store_read_begin(events->store, &connection, err);

    if (rc < 0)
        return rc;
    events->rows = 0;
    rc = event_store_bounds(connection, &bounds, err);
    if (bounds.last < events->after) // the newest were removed: their ids come again
        events->after = bounds.last;
    if (rc == 0)
        rc = event_store_follow(connection, events->after, ROWS, add_event, events, err);
    store_read_end(events->store, connection);
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
        if (events->rows < ROWS)
            break;
    }
    if (events->piece.n == 0 && now_ms - events->sent_at_ms >= HEARTBEAT_MS)
        api_text_add(&events->piece, ":\n\n");
    if (events->piece.n > 0)
        events->sent_at_ms = now_ms;
    return 0;
}

static ssize_t read_events(void *ctx, char *buffer, size_t max)
{
    struct events *events = ctx;

    if (events->sent == events->piece.n && read_more(events) < 0)
        return -1;
    if (events->piece.n == 0)
        return HTTP_FEED_LATER;

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
    free(events);
}

// -1: there is none.
static int read_last_id(const struct http_request *request, int64_t *out, struct err *err)
{
    const char *text = http_request_header(request, "Last-Event-ID");

    *out = -1;
    if (text == NULL)
        return 0;

    size_t n = strspn(text, "0123456789");

    if (n == 0 || n > ID_DIGITS_MAX || text[n] != '\0')
        return err_set(err, ERR_INVALID, "Last-Event-ID is not the id of an event");
    *out = strtoll(text, NULL, 10);
    return 0;
}

// Where the stream begins. The first piece says so: headers alone are sent with it.
static int begin(struct events *events, int64_t last, struct err *err)
{
    struct event_store_bounds bounds = {0, 0};
    struct store_connection *connection;
    char gap[160];
    int rc = store_read_begin(events->store, &connection, err);

    if (rc < 0)
        return rc;
    rc = event_store_bounds(connection, &bounds, err);
    store_read_end(events->store, connection);
    if (rc < 0)
        return rc;
    events->sent_at_ms = clock_monotonic_ms();
    events->after = last < 0 || last > bounds.last ? bounds.last : last;
    api_text_add(&events->piece, ":\n\n");
    if (last >= 0 && (last > bounds.last || last + 1 < bounds.first)) {
        snprintf(gap, sizeof gap,
            "event: gap\ndata: {\"after\": %lld, \"oldest\": %lld, \"newest\": %lld}\n\n",
            (long long)last, (long long)bounds.first, (long long)bounds.last);
        api_text_add(&events->piece, gap);
    }
    return events->piece.failed ? err_set(err, ERR_NO_MEMORY, "no memory for the stream") : 0;
}

static int read_filter(const struct http_request *request, struct events *events, struct err *err)
{
    const char *mac = http_request_query(request, "mac");
    const char *kind = http_request_query(request, "event");

    if (kind != NULL && strlen(kind) >= sizeof events->kind)
        return err_set(err, ERR_INVALID, "there is no event of that kind");
    if (kind != NULL)
        snprintf(events->kind, sizeof events->kind, "%s", kind);
    return mac != NULL ? api_members_read_mac(mac, events->mac, err) : 0;
}

void api_events_stream(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    struct events *events = calloc(1, sizeof *events);
    struct http_feed_source source = {read_events, release_events, events};
    struct err err = {0};
    int64_t last;

    if (events == NULL)
        return;
    events->store = api->store;

    int rc = read_filter(request, events, &err);

    if (rc == 0)
        rc = read_last_id(request, &last, &err);
    if (rc == 0)
        rc = begin(events, last, &err);
    if (rc < 0)
        release_events(events);
    else
        rc = http_feed_set(request, response, "text/event-stream", &source, &err);
    if (rc < 0)
        api_json_refuse(response, &err);
}
