#ifndef API_WIFI_ORDER_H
#define API_WIFI_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/mac.h"
#include "common/wifi_networks.h"
#include "server/api/api_filter.h"
#include "server/base/err.h"

// What a POST /wifi asks for. It holds passwords: clear it as soon as they are sealed.
struct api_wifi_order {
    char (*macs)[MAC_SIZE];   // canonical, each once;
    size_t mac_count;         // or, if 0, those
    char *image;              // whose image has such a name: a GLOB, or NULL
    int online;               // 1: that are online, -1: that are not, 0: both
    struct api_filter filter; // and that meet all of it
    struct wifi_network networks[WIFI_NETWORKS_MAX];
    size_t network_count; // at least 1
    size_t canaries;
    bool skip;
};

// Reads {"macs": [MAC...] | "all": true | "state": "online" | "offline", "image": GLOB,
// "filters": [TEXT...], "networks": [{"ssid": TEXT, "password": TEXT}...], "canaries": N, "skip":
// BOOLEAN}; one canary unless it says how many. ERR_INVALID, in which no password is repeated, or
// ERR_NO_MEMORY.
ERR_CHECKED int api_wifi_order_decode(
    const uint8_t *p, size_t n, struct api_wifi_order *out, struct err *err);

// Wipes it.
void api_wifi_order_clear(struct api_wifi_order *order);

#endif
