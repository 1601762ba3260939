// The Wi-Fi credentials among the device's files.
#include "firmware/port/esp8266/main/wifi_credentials.h"

#include <string.h>

#include <mbedtls/platform_util.h>

#include "common/wifi_networks.h"
#include "firmware/core/files.h"

_Static_assert(sizeof(struct wifi_credentials) == WIFI_NETWORKS_ENTRY_SIZE, "the file's layout");

bool wifi_credentials_are_complete(const struct wifi_credentials *credentials)
{
    return credentials->ssid[0] != '\0' && credentials->password[0] != '\0';
}

// What a board was provisioned with, or SmartConfig brought, is one network as it is; the radio has
// to make of it what it can.
static unsigned count(const uint8_t *bytes, size_t n)
{
    struct wifi_credentials only;
    unsigned found = 0;

    if (n != sizeof only)
        return (unsigned)wifi_networks_count(bytes, n);
    memcpy(&only, bytes, sizeof only);
    found = wifi_credentials_are_complete(&only) ? 1 : 0;
    mbedtls_platform_zeroize(&only, sizeof only);
    return found;
}

unsigned wifi_credentials_load(
    struct port *port, const char *name, unsigned number, struct wifi_credentials *out)
{
    uint8_t bytes[WIFI_NETWORKS_SIZE];
    int n = files_read(port, name, bytes, sizeof bytes);
    unsigned found = n > 0 ? count(bytes, (size_t)n) : 0;

    if (number < found)
        memcpy(out, bytes + ((size_t)n - (found - number) * sizeof *out), sizeof *out);
    mbedtls_platform_zeroize(bytes, sizeof bytes);
    return found;
}

int wifi_credentials_store(struct port *port, const struct wifi_credentials *credentials)
{
    return files_write(port, WIFI_NETWORKS_FILE, (const uint8_t *)credentials, sizeof *credentials);
}
