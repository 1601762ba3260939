#ifndef DEVICE_ORDER_H
#define DEVICE_ORDER_H

#include <stdbool.h>

#include "server/store/device_store.h"

// Pages of devices in the order of one thing that is known of them; their MACs decide between
// equals. Those of which it is not known come last, also backwards.
struct device_order;

// One of device_order_name(), with '-' before it for the reverse. NULL: no such order.
const struct device_order *device_order_find(const char *name);

// The i-th name, from 0, without and with its '-' by turns; NULL behind the last.
const char *device_order_name(size_t i);

#define DEVICE_ORDER_TEXT_SIZE 256

// Where a device stands in it: by a number or a text, if it is known.
struct device_order_place {
    int64_t number;
    char text[DEVICE_ORDER_TEXT_SIZE]; // "" where it is by a number, or not known
    char mac[MAC_SIZE];
    bool is_known;
};

// Calls each() for at most `limit` devices behind a place (NULL: from the first one on) until it
// returns non-zero, which is then returned. Looks at all devices of the filter, but by MAC and by
// groups only at those behind the place. ERR_INVALID: the place's MAC is none; ERR_IO.
struct device_order_wish {
    const struct device_order *order;
    const struct device_filter *filter;
    const struct device_order_place *after;
    int64_t limit;
    int (*each)(
        const struct device_record *device, const struct device_order_place *place, void *ctx);
    void *ctx;
};
ERR_CHECKED int device_order_page(
    struct store_connection *connection, const struct device_order_wish *wish, struct err *err);

#endif
