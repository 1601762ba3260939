#ifndef DEVICE_ORDER_GROUPS_H
#define DEVICE_ORDER_GROUPS_H

#include <stdbool.h>

#include "server/store/device_order.h"

// device_order_page() by the name of the first group that a device is in, where groups stand by
// their names. It goes group by group: each page looks at the devices behind its place only.
ERR_CHECKED int device_order_groups_page(struct store_connection *connection,
    const struct device_order_wish *wish, bool is_backwards, struct err *err);

#endif
