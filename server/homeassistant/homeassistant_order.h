#ifndef HOMEASSISTANT_ORDER_H
#define HOMEASSISTANT_ORDER_H

#include <stddef.h>
#include <stdint.h>

#include "common/mac.h"
#include "server/base/err.h"
#include "server/model/homeassistant_topic.h"

#define HOMEASSISTANT_ORDER_CLIENT_SIZE 65 // a common name with its NUL

// What Home Assistant orders, as the broker's plugin tells it.
struct homeassistant_order {
    char client[HOMEASSISTANT_ORDER_CLIENT_SIZE]; // its certificate's name
    char mac[MAC_SIZE];
    enum homeassistant_topic_kind kind; // HOMEASSISTANT_TOPIC_INSTALL or _RESTART
};

// Reads such a report, whatever it is. ERR_INVALID.
ERR_CHECKED int homeassistant_order_decode(
    const uint8_t *p, size_t n, struct homeassistant_order *out, struct err *err);

#endif
