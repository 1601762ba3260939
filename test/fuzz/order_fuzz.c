// The body of POST /commands.
#include <string.h>

#include "server/api/api_order.h"
#include "test/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct api_order order;
    struct err err = {0};

    fuzz_fill(&order, sizeof order);
    if (api_order_decode(fuzz_bytes(p, n), n, &order, &err) < 0) {
        FUZZ_CHECK(fuzz_is_untouched(&order, sizeof order));
        FUZZ_CHECK(err.code == ERR_INVALID && err.message[0] != '\0');
        return 0;
    }
    FUZZ_CHECK(memchr(order.name, '\0', sizeof order.name) != NULL);
    FUZZ_CHECK(order.all + (order.mac[0] != '\0') + (order.filter.count > 0) == 1);
    FUZZ_CHECK(order.mac[0] == '\0' || mac_is_valid(order.mac, strlen(order.mac)));
    api_order_clear(&order);
    return 0;
}
