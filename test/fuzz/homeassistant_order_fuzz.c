// What Home Assistant orders: what is read is a name, a device and an order.
#include "server/homeassistant/homeassistant_order.h"

#include <string.h>

#include "server/base/utf8.h"
#include "test/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct homeassistant_order order;

    fuzz_fill(&order, sizeof order);
    if (homeassistant_order_decode(fuzz_bytes(p, n), n, &order, NULL) < 0)
        return 0;
    FUZZ_CHECK(memchr(order.client, '\0', sizeof order.client) != NULL && order.client[0] != '\0');
    FUZZ_CHECK(utf8_is_valid(order.client));
    FUZZ_CHECK(mac_is_valid(order.mac, strlen(order.mac)));
    FUZZ_CHECK(homeassistant_topic_order(order.kind) != NULL);
    return 0;
}
