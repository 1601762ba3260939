// Events of all devices, in the order in which they came.
#include "server/store/event_follow.h"

#include <string.h>

#include "server/store/device_where.h"
#include "server/store/event_row.h"
#include "server/store/statement.h"

// Each row also says whether its device meets the filter, which stands within EXISTS.
#define HEAD                                                                                       \
    "SELECT " EVENT_ROW_COLUMNS ", CASE WHEN EXISTS"                                               \
    " (SELECT 1 FROM devices WHERE mac = events.device"

// It depends on the order of commits: who has seen an id is never told of a smaller one. That is
// right as each event raises the one row of event_clock, which no second writer can do before the
// first has committed.
static const struct device_where_frame forward = {
    HEAD, ") THEN 1 ELSE 0 END FROM events WHERE id > ?1 ORDER BY id LIMIT ?2", 2};

static const struct device_where_frame backward = {
    HEAD, ") THEN 1 ELSE 0 END FROM events WHERE id > ?1 ORDER BY id DESC LIMIT ?2", 2};

static const char select_newest[] = "SELECT newest FROM event_clock";

static bool is_wished(const struct event_follow_wish *wish, const struct event *event, bool meets)
{
    return meets && (wish->mac[0] == '\0' || strcmp(wish->mac, event->mac) == 0) &&
           (wish->kind[0] == '\0' || strcmp(wish->kind, event->kind) == 0);
}

// What is read.
struct reading {
    const struct device_where_frame *frame;
    const struct event_follow_wish *wish;
    const struct event_follow_range *range;
};

static int read_rows(struct store_connection *connection, const struct reading *reading,
    int (*each)(const struct event_follow_row *row, void *ctx), void *ctx, struct err *err)
{
    struct device_where *where = NULL;
    struct event_follow_row row;
    struct statement s;
    int rc = device_where_new(connection, reading->wish->filter, reading->frame, &where, err);

    if (rc < 0)
        return rc;
    device_where_open(where, &s, connection);
    statement_bind_int(&s, reading->range->after);
    statement_bind_int(&s, reading->range->limit);
    device_where_bind(where, &s);
    while (statement_next(&s, &rc, err)) {
        event_row_read(&s, &row.event);
        row.id = statement_int(&s, EVENT_ROW_ID);
        row.is_wished =
            is_wished(reading->wish, &row.event, statement_int(&s, EVENT_ROW_COLUMN_COUNT) == 1);
        rc = each(&row, ctx);
    }
    device_where_free(where);
    return rc;
}

int event_follow_each(struct store_connection *connection, const struct event_follow_wish *wish,
    const struct event_follow_range *range,
    int (*each)(const struct event_follow_row *row, void *ctx), void *ctx, struct err *err)
{
    return read_rows(connection, &(struct reading){&forward, wish, range}, each, ctx, err);
}

int event_follow_newest(struct store_connection *connection, int64_t *out, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, select_newest);

    int rc = statement_step(&s, err);

    if (rc > 0)
        *out = statement_int(&s, 0);
    statement_close(&s);
    return rc > 0 ? 0 : rc < 0 ? rc : err_set(err, ERR_IO, "the database counts no events");
}

struct search {
    int64_t wanted;
    int64_t first; // that was found so far
};

static int count_back(const struct event_follow_row *row, void *ctx)
{
    struct search *search = ctx;

    if (!row->is_wished)
        return 0;
    search->first = row->id;
    return --search->wanted == 0;
}

int event_follow_before_newest(struct store_connection *connection,
    const struct event_follow_wish *wish, int64_t count, int64_t *out, struct err *err)
{
    struct event_follow_range range = {0, EVENT_FOLLOW_LOOK_MAX};
    struct search search = {.wanted = count};
    int64_t newest;
    int rc = event_follow_newest(connection, &newest, err);

    if (rc == 0 && count > 0)
        rc = read_rows(
            connection, &(struct reading){&backward, wish, &range}, count_back, &search, err);
    if (rc < 0)
        return rc;
    *out = search.first > 0 ? search.first - 1 : newest;
    return 0;
}
