// The Wi-Fi networks of a device, as bytes.
#include "common/wifi_networks.h"

#include <string.h>

static bool is_key(const char *password)
{
    return strlen(password) == WIFI_NETWORKS_PASSWORD_SIZE &&
           strspn(password, "0123456789abcdefABCDEF") == WIFI_NETWORKS_PASSWORD_SIZE;
}

static bool is_printable(const char *text)
{
    while (*text >= ' ' && *text <= '~')
        text++;
    return *text == '\0';
}

const char *wifi_networks_refuse(const struct wifi_network *network)
{
    size_t n = strlen(network->password);

    if (network->ssid[0] == '\0')
        return "the SSID is empty";
    if (is_key(network->password))
        return NULL;
    if (n < 8 || n >= WIFI_NETWORKS_PASSWORD_SIZE)
        return "the password has neither 8 to 63 characters nor 64 hex digits";
    return is_printable(network->password) ? NULL : "the password has other than printable ASCII";
}

static size_t header_size(size_t n)
{
    return n == WIFI_NETWORKS_ENTRY_SIZE ? 0 : WIFI_NETWORKS_TIME_SIZE;
}

size_t wifi_networks_write(const struct wifi_network *networks, size_t count, int64_t set_at_ms,
    uint8_t out[WIFI_NETWORKS_SIZE])
{
    size_t n = WIFI_NETWORKS_TIME_SIZE;

    for (size_t i = 0; i < WIFI_NETWORKS_TIME_SIZE; i++)
        out[i] = (uint8_t)((uint64_t)set_at_ms >> (8 * i));
    for (size_t i = 0; i < count; i++) {
        memcpy(out + n, networks[i].ssid, WIFI_NETWORKS_SSID_SIZE);
        memcpy(
            out + n + WIFI_NETWORKS_SSID_SIZE, networks[i].password, WIFI_NETWORKS_PASSWORD_SIZE);
        n += WIFI_NETWORKS_ENTRY_SIZE;
    }
    return n;
}

// Whether nothing stands behind the text's end.
static bool is_padded(const uint8_t *p, size_t n)
{
    const uint8_t *end = memchr(p, 0, n);

    while (end != NULL && end < p + n) {
        if (*end++ != 0)
            return false;
    }
    return true;
}

static bool is_good(const uint8_t *entry)
{
    struct wifi_network network;
    bool good = is_padded(entry, WIFI_NETWORKS_SSID_SIZE) &&
                is_padded(entry + WIFI_NETWORKS_SSID_SIZE, WIFI_NETWORKS_PASSWORD_SIZE);

    wifi_networks_read(entry, WIFI_NETWORKS_ENTRY_SIZE, 0, &network);
    return good && wifi_networks_refuse(&network) == NULL;
}

size_t wifi_networks_count(const uint8_t *p, size_t n)
{
    size_t header = header_size(n);
    size_t count;

    if (n <= header || n > WIFI_NETWORKS_SIZE || (n - header) % WIFI_NETWORKS_ENTRY_SIZE != 0)
        return 0;
    count = (n - header) / WIFI_NETWORKS_ENTRY_SIZE;
    for (size_t i = 0; i < count; i++) {
        if (!is_good(p + header + i * WIFI_NETWORKS_ENTRY_SIZE))
            return 0;
    }
    return wifi_networks_set_at_ms(p, n) < 0 ? 0 : count;
}

int64_t wifi_networks_set_at_ms(const uint8_t *p, size_t n)
{
    uint64_t time_ms = 0;

    for (size_t i = header_size(n); i > 0; i--)
        time_ms = time_ms << 8 | p[i - 1];
    return (int64_t)time_ms;
}

void wifi_networks_read(const uint8_t *p, size_t n, size_t number, struct wifi_network *out)
{
    const uint8_t *entry = p + header_size(n) + number * WIFI_NETWORKS_ENTRY_SIZE;

    memset(out, 0, sizeof *out);
    memcpy(out->ssid, entry, WIFI_NETWORKS_SSID_SIZE);
    memcpy(out->password, entry + WIFI_NETWORKS_SSID_SIZE, WIFI_NETWORKS_PASSWORD_SIZE);
}
