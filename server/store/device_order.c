// Devices in the order of what is known of them.
#include "server/store/device_order.h"

#include <string.h>

#include "server/select/select_parse.h"
#include "server/store/device_order_groups.h"
#include "server/store/device_row.h"
#include "server/store/device_where.h"
#include "server/store/mac_key.h"
#include "server/store/statement.h"
#include "server/store/where_tree.h"

enum kind { NUMBER, TEXT, CHANNEL, GROUPS, BY_MAC };

struct device_order {
    const char *name;
    enum kind kind;
    const char *key; // an expression on `devices`; NULL where the kind makes it
    bool is_backwards;
};

#define BOTH(name, kind, key)                                                                      \
    {name, kind, key, false},                                                                      \
    {                                                                                              \
        "-" name, kind, key, true                                                                  \
    }
#define OF_LABEL(column)                                                                           \
    "(SELECT nullif(b." column ", '') FROM device_labels AS b WHERE b.device = devices.mac)"
#define OF_MARK(value) "(SELECT " value " FROM device_marks AS k WHERE k.device = devices.mac)"

static const struct device_order orders[] = {
    BOTH("mac", BY_MAC, "mac"),
    BOTH("name", TEXT, "nullif(name, '')"),
    BOTH("image", TEXT, "nullif(image, '')"),
    BOTH("build", TEXT, "nullif(build, '')"),
    BOTH("ip", TEXT, "nullif(ip, '')"),
    BOTH("error", TEXT, "nullif(error, '')"),
    BOTH("note", TEXT, "coalesce(nullif(error, ''), " OF_LABEL("name") ", nullif(name, ''))"),
    BOTH("state", TEXT,
        "CASE WHEN " WHERE_TREE_IS_REVOKED
        " THEN 'revoked' WHEN online = 1 THEN 'online' ELSE 'offline' END"),
    BOTH("first_seen_ms", NUMBER, "nullif(first_seen_ms, 0)"),
    BOTH("last_seen_ms", NUMBER, "nullif(last_seen_ms, 0)"),
    BOTH("reboots", NUMBER, "reboots"),
    BOTH("rssi", NUMBER, "rssi_dbm"),
    BOTH("free_heap_bytes", NUMBER, "free_heap_bytes"),
    BOTH("uptime_ms", NUMBER, "uptime_ms"),
    BOTH("max_loop_ms", NUMBER, "max_loop_ms"),
    BOTH("mqtt_ms", NUMBER, "mqtt_ms"),
    BOTH("tags", TEXT,
        "(SELECT t.tag FROM device_tags AS t WHERE t.device = devices.mac ORDER BY t.tag LIMIT 1)"),
    BOTH("hold", TEXT,
        OF_MARK("CASE WHEN k.held_at_ms > 0 THEN coalesce(nullif(k.hold_reason, ''), 'held') END")),
    BOTH("pin", TEXT, OF_MARK("nullif(k.pin, '')")),
    BOTH("canary", TEXT, OF_MARK("CASE WHEN k.canary = 1 THEN 'yes' END")),
    BOTH("label", TEXT, OF_LABEL("name")),
    BOTH("place", TEXT, OF_LABEL("place")),
    BOTH("channel", CHANNEL, NULL),
    BOTH("groups", GROUPS, NULL),
};

const struct device_order *device_order_find(const char *name)
{
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        if (strcmp(orders[i].name, name) == 0)
            return &orders[i];
    }
    return NULL;
}

const char *device_order_name(size_t i)
{
    return i < sizeof orders / sizeof orders[0] ? orders[i].name : NULL;
}

// By MAC: ?1 the place, ?2 the limit.
#define BY_MAC_HEAD(than) "SELECT " DEVICE_ROW_SELECTED " FROM devices NOT INDEXED WHERE mac" than
static const struct device_where_frame mac_frames[2] = {
    {BY_MAC_HEAD(" > ?1"), " ORDER BY mac LIMIT ?2", 2},
    {BY_MAC_HEAD(" < ?1"), " ORDER BY mac DESC LIMIT ?2", 2},
};

// By another key: ?1 the limit, ?2 no limit (what has one is not made one with what is around it,
// so that the key is found once a device), ?3 the place's MAC, ?4 its key, if it is known. Devices
// are read once it is known which.
static const char head[] = "SELECT " DEVICE_ROW_SELECTED ", p.v FROM (SELECT m, v FROM (SELECT mac"
                           " AS m, ";
static const char middle[] = " AS v FROM devices NOT INDEXED WHERE mac >= 0";

enum place { FIRST, BEHIND_UNKNOWN, BEHIND_KNOWN };

#define TAIL(direction, place)                                                                     \
    " LIMIT ?2) AS a WHERE " place " ORDER BY v IS NULL, v" direction                              \
    ", m LIMIT ?1) AS p JOIN devices ON devices.mac = p.m"                                         \
    " ORDER BY p.v IS NULL, p.v" direction ", p.m"
#define TAILS(direction, than)                                                                     \
    {                                                                                              \
        TAIL(direction, "m > ?3"), TAIL(direction, "v IS NULL AND m > ?3"),                        \
            TAIL(direction, "(v" than "?4 OR (v = ?4 AND m > ?3) OR v IS NULL)")                   \
    }
static const char *const tails[2][3] = {TAILS("", " > "), TAILS(" DESC", " < ")};

static int put_channel(struct store_connection *connection, const struct device_order_wish *wish,
    struct where_text *text, struct err *err)
{
    struct where_tree into = {connection, wish->filter->now_ms, text, 0};
    struct select_tree tree;
    int rc = select_parse("channel=beta", &tree, err);

    where_text_put(text, "CASE WHEN ");
    if (rc == 0)
        rc = where_tree_put(&into, &tree, err);
    where_text_put(text, " THEN 'beta' ELSE 'stable' END");
    return rc;
}

static int write_text(struct store_connection *connection, const struct device_order_wish *wish,
    enum place place, struct where_text *text, struct err *err)
{
    const struct device_order *order = wish->order;
    int rc = where_text_open(text, place == BEHIND_KNOWN ? 4 : 3, err);

    if (rc < 0)
        return rc;
    where_text_put(text, head);
    if (order->kind == CHANNEL)
        rc = put_channel(connection, wish, text, err);
    else
        where_text_put(text, order->key);
    where_text_put(text, middle);
    if (rc == 0)
        rc = device_where_put(connection, wish->filter, text, err);
    where_text_put(text, tails[order->is_backwards][place]);

    int closed = where_text_close(text, rc == 0 ? err : NULL);

    return rc < 0 ? rc : closed;
}

#define KEY_COLUMN 26 // behind DEVICE_ROW_SELECTED

static void read_place(struct statement *s, const struct device_order *order,
    const struct device_record *device, struct device_order_place *out)
{
    bool is_by_mac = order->kind == BY_MAC;

    *out = (struct device_order_place){.is_known = is_by_mac || !statement_is_null(s, KEY_COLUMN)};
    memcpy(out->mac, device->mac, sizeof out->mac);
    if (is_by_mac)
        return;
    if (out->is_known && order->kind == NUMBER)
        out->number = statement_int(s, KEY_COLUMN);
    else if (out->is_known)
        statement_text(s, KEY_COLUMN, out->text, sizeof out->text);
}

static int each_row(struct statement *s, const struct device_order_wish *wish, struct err *err)
{
    struct device_record device;
    struct device_order_place place;
    int rc = 0;

    while (statement_next(s, &rc, err)) {
        device_row_read(s, &device);
        read_place(s, wish->order, &device, &place);
        rc = wish->each(&device, &place, wish->ctx);
    }
    return rc;
}

static void bind_place(
    struct statement *s, const struct device_order_wish *wish, enum place place, int64_t key)
{
    statement_bind_int(s, wish->limit);
    statement_bind_int(s, INT64_MAX);
    statement_bind_int(s, place == FIRST ? -1 : key);
    if (place == BEHIND_KNOWN && wish->order->kind == NUMBER)
        statement_bind_int(s, wish->after->number);
    else if (place == BEHIND_KNOWN)
        statement_bind_text(s, wish->after->text);
}

static int page_by_key(struct store_connection *connection, const struct device_order_wish *wish,
    int64_t key, struct err *err)
{
    const struct device_order_place *after = wish->after;
    enum place place = after == NULL ? FIRST : after->is_known ? BEHIND_KNOWN : BEHIND_UNKNOWN;
    struct where_text text = {0};
    struct statement s;
    int rc = write_text(connection, wish, place, &text, err);

    if (rc == 0) {
        statement_open_once(&s, connection, text.text);
        bind_place(&s, wish, place, key);
        where_text_bind(&text, &s);
        rc = each_row(&s, wish, err);
    }
    where_text_clear(&text);
    return rc;
}

static int page_by_mac(struct store_connection *connection, const struct device_order_wish *wish,
    int64_t key, struct err *err)
{
    bool is_backwards = wish->order->is_backwards;
    struct device_where *where = NULL;
    struct statement s;
    int rc = device_where_new(connection, wish->filter, &mac_frames[is_backwards], &where, err);

    if (rc < 0)
        return rc;
    device_where_open(where, &s, connection);
    statement_bind_int(&s, wish->after != NULL ? key : is_backwards ? INT64_MAX : -1);
    statement_bind_int(&s, wish->limit);
    device_where_bind(where, &s);
    rc = each_row(&s, wish, err);
    device_where_free(where);
    return rc;
}

int device_order_page(
    struct store_connection *connection, const struct device_order_wish *wish, struct err *err)
{
    int64_t key = 0;
    int rc = wish->after != NULL ? mac_key_read(wish->after->mac, &key, err) : 0;

    if (rc < 0)
        return rc;
    switch (wish->order->kind) {
    case BY_MAC: return page_by_mac(connection, wish, key, err);
    case GROUPS: return device_order_groups_page(connection, wish, wish->order->is_backwards, err);
    default: return page_by_key(connection, wish, key, err);
    }
}
