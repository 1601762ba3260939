#ifndef COMMON_WIFI_NETWORKS_H
#define COMMON_WIFI_NETWORKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/hpke_keys.h"

// The Wi-Fi networks of a device, the one that it is to prefer first: when they were set (8 bytes,
// little-endian, ms since 1970), then for each 32 bytes of SSID and 64 of password, as IEEE 802.11
// has them: padded with NULs, and without one at their full length. The device keeps them so, and a
// "wifi" command brings them so, sealed for that device (common/hpke_keys.h) with
// WIFI_NETWORKS_INFO and its MAC as the additional data. A file without the time, of one network,
// is what a board was provisioned with.

#define WIFI_NETWORKS_INFO "secureesp wifi"
#define WIFI_NETWORKS_FILE "wifi" // among the device's files
#define WIFI_NETWORKS_MAX 4

#define WIFI_NETWORKS_TIME_SIZE 8
#define WIFI_NETWORKS_SSID_SIZE 32
#define WIFI_NETWORKS_PASSWORD_SIZE 64
#define WIFI_NETWORKS_ENTRY_SIZE (WIFI_NETWORKS_SSID_SIZE + WIFI_NETWORKS_PASSWORD_SIZE)
#define WIFI_NETWORKS_SIZE (WIFI_NETWORKS_TIME_SIZE + WIFI_NETWORKS_MAX * WIFI_NETWORKS_ENTRY_SIZE)
#define WIFI_NETWORKS_SEALED_SIZE (WIFI_NETWORKS_SIZE + HPKE_KEYS_OVERHEAD)

// One network. Both are NUL terminated here.
struct wifi_network {
    char ssid[WIFI_NETWORKS_SSID_SIZE + 1];
    char password[WIFI_NETWORKS_PASSWORD_SIZE + 1];
};

// Why a device cannot join it, or NULL: an SSID has 1 to 32 bytes, a password 8 to 63 printable
// ASCII characters, or 64 hex digits, which are the key itself (IEEE 802.11i, H.4). A network
// without a password is none that a device joins.
const char *wifi_networks_refuse(const struct wifi_network *network);

// Writes 1 to WIFI_NETWORKS_MAX networks, none of which is refused. Returns the bytes written.
size_t wifi_networks_write(const struct wifi_network *networks, size_t count, int64_t set_at_ms,
    uint8_t out[WIFI_NETWORKS_SIZE]);

// How many networks the n bytes have, all of which can be joined; 0 if that is not what they are.
size_t wifi_networks_count(const uint8_t *p, size_t n);

// When they were set, 0 if they have no time; and one of them, by its number below the count.
int64_t wifi_networks_set_at_ms(const uint8_t *p, size_t n);
void wifi_networks_read(const uint8_t *p, size_t n, size_t number, struct wifi_network *out);

#endif
