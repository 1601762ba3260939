// A list of Wi-Fi networks, as it stands in a device's file or a command brings it.
#include <string.h>

#include "common/wifi_networks.h"
#include "test/fuzz/fuzz.h"

static void check_network(const struct wifi_network *network)
{
    FUZZ_CHECK(memchr(network->ssid, '\0', sizeof network->ssid) != NULL);
    FUZZ_CHECK(memchr(network->password, '\0', sizeof network->password) != NULL);
    FUZZ_CHECK(wifi_networks_refuse(network) == NULL);
    FUZZ_CHECK(network->ssid[0] != '\0' && strlen(network->password) >= 8);
}

// What was read is written as it was; but a file without a time has one then.
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct wifi_network networks[WIFI_NETWORKS_MAX];
    uint8_t again[WIFI_NETWORKS_SIZE];
    const uint8_t *bytes = fuzz_bytes(p, n);
    size_t count = wifi_networks_count(bytes, n);
    size_t header = n == WIFI_NETWORKS_ENTRY_SIZE ? 0 : WIFI_NETWORKS_TIME_SIZE;
    int64_t set_at_ms;

    if (count == 0)
        return 0;
    FUZZ_CHECK(count <= WIFI_NETWORKS_MAX && n == header + count * WIFI_NETWORKS_ENTRY_SIZE);
    set_at_ms = wifi_networks_set_at_ms(bytes, n);
    FUZZ_CHECK(set_at_ms >= 0 && (header > 0 || set_at_ms == 0));
    for (size_t i = 0; i < count; i++) {
        wifi_networks_read(bytes, n, i, &networks[i]);
        check_network(&networks[i]);
    }
    FUZZ_CHECK(wifi_networks_write(networks, count, set_at_ms, again) ==
               WIFI_NETWORKS_TIME_SIZE + count * WIFI_NETWORKS_ENTRY_SIZE);
    FUZZ_CHECK(memcmp(again + WIFI_NETWORKS_TIME_SIZE - header, bytes, n) == 0);
    return 0;
}
