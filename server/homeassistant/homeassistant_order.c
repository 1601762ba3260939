// What Home Assistant orders, from bytes.
#include "server/homeassistant/homeassistant_order.h"

#include <string.h>

#include "server/ingest/payload_scan.h"
#include "server/ingest/payload_take.h"

#define ORDER_SIZE 16

struct decoding {
    char client[HOMEASSISTANT_ORDER_CLIENT_SIZE];
    char mac[MAC_SIZE];
    char order[ORDER_SIZE];
    struct payload_faults faults;
};

static void take_member(const struct payload_scan_member *sent, void *ctx)
{
    struct decoding *decoding = ctx;
    const struct {
        const char *name;
        char *out;
        size_t size;
    } texts[] = {
        {"client", decoding->client, sizeof decoding->client},
        {"mac", decoding->mac, sizeof decoding->mac},
        {"order", decoding->order, sizeof decoding->order},
    };

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (strcmp(sent->name, texts[i].name) == 0)
            payload_take_text(sent, false, texts[i].out, texts[i].size, &decoding->faults);
    }
}

int homeassistant_order_decode(
    const uint8_t *p, size_t n, struct homeassistant_order *out, struct err *err)
{
    struct decoding decoding = {.client = ""};
    struct homeassistant_order order;

    payload_scan(p, n, take_member, &decoding, &decoding.faults);
    if (decoding.faults.count > 0 || decoding.client[0] == '\0' ||
        !mac_is_valid(decoding.mac, strlen(decoding.mac)) ||
        !homeassistant_topic_find_order(decoding.order, &order.kind))
        return err_set(err, ERR_INVALID, "it names no client, device and order");
    memcpy(order.client, decoding.client, sizeof order.client);
    memcpy(order.mac, decoding.mac, sizeof order.mac);
    *out = order;
    return 0;
}
