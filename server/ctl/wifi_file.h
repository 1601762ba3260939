#ifndef CTL_WIFI_FILE_H
#define CTL_WIFI_FILE_H

#include <stddef.h>

#include "common/wifi_networks.h"
#include "server/base/err.h"

// Wi-Fi networks as wpa_supplicant.conf(5) has them, and wpa_passphrase(8) writes them: blocks
// "network={" ... "}" with ssid, psk, and priority, of which the highest comes first. Wipe it.
struct wifi_file {
    struct wifi_network networks[WIFI_NETWORKS_MAX];
    size_t count; // at least 1
};

// Reads n bytes. What it does not know is refused, not passed over. ERR_INVALID names the line, and
// nothing of what is there.
ERR_CHECKED int wifi_file_parse(const char *text, size_t n, struct wifi_file *out, struct err *err);

#endif
