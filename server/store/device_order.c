// Devices by name, image or times.
#include "server/store/device_order.h"

#include <string.h>

#include "server/store/device_row.h"
#include "server/store/device_where.h"
#include "server/store/mac_key.h"
#include "server/store/statement.h"

enum field { MAC, NAME, IMAGE, FIRST_SEEN, LAST_SEEN, REBOOTS };

struct device_order {
    const char *name;
    enum field field;
    struct device_where_frame first, next; // the first page, and those behind a place
};

#define FROM "SELECT " DEVICE_ROW_SELECTED " FROM devices NOT INDEXED WHERE "
// ?1: limit, ?2 and ?3: the place
#define ORDER(name, field, column, than, direction)                                                \
    {                                                                                              \
        name, field, {FROM "mac >= 0", " ORDER BY " column direction ", mac LIMIT ?1", 1},         \
        {                                                                                          \
            FROM "(" column than "?2 OR (" column " = ?2 AND mac > ?3))",                          \
                " ORDER BY " column direction ", mac LIMIT ?1", 3                                  \
        }                                                                                          \
    }
#define BOTH(name, field, column)                                                                  \
    ORDER(name, field, column, " > ", ""), ORDER("-" name, field, column, " < ", " DESC")

static const struct device_order orders[] = {
    BOTH("mac", MAC, "mac"),
    BOTH("name", NAME, "name"),
    BOTH("image", IMAGE, "image"),
    BOTH("first_seen_ms", FIRST_SEEN, "first_seen_ms"),
    BOTH("last_seen_ms", LAST_SEEN, "last_seen_ms"),
    BOTH("reboots", REBOOTS, "reboots"),
};

const struct device_order *device_order_find(const char *name)
{
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        if (strcmp(orders[i].name, name) == 0)
            return &orders[i];
    }
    return NULL;
}

void device_order_read_place(const struct device_order *order, const struct device_record *device,
    struct device_order_place *out)
{
    *out = (struct device_order_place){0, "", device->mac};
    switch (order->field) {
    case MAC: (void)mac_key_from_text(device->mac, &out->number); break;
    case NAME: out->text = device->status.name; break;
    case IMAGE: out->text = device->status.image; break;
    case FIRST_SEEN: out->number = device->first_seen_ms; break;
    case LAST_SEEN: out->number = device->last_seen_ms; break;
    case REBOOTS: out->number = device->reboots; break;
    }
}

static int each_row(struct statement *s, int (*each)(const struct device_record *device, void *ctx),
    void *ctx, struct err *err)
{
    struct device_record device;
    int rc;

    while ((rc = statement_step(s, err)) > 0) {
        device_row_read(s, &device);
        rc = each(&device, ctx);
        if (rc != 0)
            break;
    }
    statement_close(s);
    return rc;
}

int device_order_page(struct store_connection *connection, const struct device_order_wish *wish,
    int (*each)(const struct device_record *device, void *ctx), void *ctx, struct err *err)
{
    const struct device_order *order = wish->order;
    struct device_where *where = NULL;
    struct statement s;
    int64_t key = 0;
    int rc = wish->after != NULL ? mac_key_read(wish->after->mac, &key, err) : 0;

    if (rc == 0)
        rc = device_where_new(connection, wish->filter,
            wish->after != NULL ? &order->next : &order->first, &where, err);
    if (rc < 0)
        return rc;
    device_where_open(where, &s, connection);
    statement_bind_int(&s, wish->limit);
    if (wish->after != NULL && (order->field == NAME || order->field == IMAGE))
        statement_bind_text(&s, wish->after->text);
    else if (wish->after != NULL)
        statement_bind_int(&s, wish->after->number);
    if (wish->after != NULL)
        statement_bind_int(&s, key);
    device_where_bind(where, &s);
    rc = each_row(&s, each, ctx, err);
    device_where_free(where);
    return rc;
}
