// The body of POST /wifi.
#include <string.h>

#include "server/api/api_wifi_order.h"
#include "server/wifi/wifi_order.h"
#include "test/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct api_wifi_order order;
    struct err err = {0};

    fuzz_fill(&order, sizeof order);
    if (api_wifi_order_decode(fuzz_bytes(p, n), n, &order, &err) < 0) {
        FUZZ_CHECK(fuzz_is_untouched(&order, sizeof order));
        FUZZ_CHECK(err.code == ERR_INVALID && err.message[0] != '\0');
        return 0;
    }
    FUZZ_CHECK(order.network_count >= 1 && order.network_count <= WIFI_NETWORKS_MAX);
    for (size_t i = 0; i < order.network_count; i++)
        FUZZ_CHECK(wifi_networks_refuse(&order.networks[i]) == NULL);
    FUZZ_CHECK(order.mac_count <= WIFI_ORDER_DEVICES_MAX);
    FUZZ_CHECK(order.mac_count == 0 || (order.image == NULL && order.online == 0));
    for (size_t i = 0; i < order.mac_count; i++)
        FUZZ_CHECK(mac_is_valid(order.macs[i], strlen(order.macs[i])));
    FUZZ_CHECK(order.canaries <= WIFI_ORDER_DEVICES_MAX);
    api_wifi_order_clear(&order);
    return 0;
}
