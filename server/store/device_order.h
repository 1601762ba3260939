#ifndef DEVICE_ORDER_H
#define DEVICE_ORDER_H

#include "server/store/device_store.h"

// Pages of devices in another order than that of their MACs, which decides between equals.
struct device_order;

// "name", "image", "mac", "first_seen_ms", "last_seen_ms" or "reboots", with '-' before it for the
// reverse. NULL: no such order.
const struct device_order *device_order_find(const char *name);

// Where a device stands in it: by a number or a text.
struct device_order_place {
    int64_t number;
    const char *text; // "" where it is by a number
    const char *mac;
};
void device_order_read_place(const struct device_order *order, const struct device_record *device,
    struct device_order_place *out); // borrows of the device

// Calls each() for at most `limit` devices behind a place (NULL: from the first one on) until it
// returns non-zero, which is then returned. Looks at all devices of the filter. ERR_INVALID: the
// place's MAC is none; ERR_IO.
struct device_order_wish {
    const struct device_order *order;
    const struct device_filter *filter;
    const struct device_order_place *after;
    int64_t limit;
};
ERR_CHECKED int device_order_page(struct store_connection *connection,
    const struct device_order_wish *wish,
    int (*each)(const struct device_record *device, void *ctx), void *ctx, struct err *err);

#endif
