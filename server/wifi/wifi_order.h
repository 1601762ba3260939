#ifndef WIFI_ORDER_H
#define WIFI_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/mac.h"
#include "common/wifi_networks.h"
#include "server/base/err.h"
#include "server/model/audit.h"
#include "server/store/device_store.h"
#include "server/store/store.h"
#include "server/wifi/wifi_recipient.h"

#define WIFI_ORDER_DEVICES_MAX 10000

// New Wi-Fi networks for devices: a `wifi` command for each, which brings them sealed for that
// device alone. Nothing else of them is kept, or logged.
struct wifi_order {
    const char (*macs)[MAC_SIZE];        // to these, each once;
    size_t mac_count;                    // or, if 0,
    struct device_filter filter;         // to these
    const struct wifi_network *networks; // 1 to WIFI_NETWORKS_MAX, none of them refused
    size_t network_count;
    size_t canaries; // so many go first, those that are online before the others
    bool skip;       // leave out those to which it cannot be given; else nobody gets it then
    const struct audit_author *by; // NULL: the daemon itself
};

struct wifi_order_item {
    char mac[MAC_SIZE];
    int64_t id;   // of its command; 0: it gets none
    int64_t wave; // 0: a canary
    bool online;
    char *sealed; // of the order alone, NULL afterwards
    char *reason; // why it gets none, or NULL
};

struct wifi_order_result {
    int64_t batch;                 // 0: nothing was ordered
    struct wifi_order_item *items; // canaries first
    size_t count;
    size_t refused; // of these
};

// Gives it, durably. *out is filled in also after an error, as far as it came; the caller clears
// it. ERR_CONFLICT if it cannot be given to one of them, and that is not skipped, or to none of
// them; ERR_NOT_FOUND if there are no such devices, ERR_TOO_LARGE beyond WIFI_ORDER_DEVICES_MAX;
// ERR_NO_MEMORY, ERR_IO.
ERR_CHECKED int wifi_order_run(struct store *store, const struct wifi_recipient_sources *sources,
    const struct wifi_order *order, struct wifi_order_result *out, struct err *err);
void wifi_order_clear(struct wifi_order_result *result);

#endif
