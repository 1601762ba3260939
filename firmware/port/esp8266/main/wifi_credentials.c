// The Wi-Fi credentials among the device's files.
#include "firmware/port/esp8266/main/wifi_credentials.h"

#include "firmware/core/files.h"

_Static_assert(sizeof(struct wifi_credentials) == 96, "the file's layout");

bool wifi_credentials_are_complete(const struct wifi_credentials *credentials)
{
    return credentials->ssid[0] != '\0' && credentials->password[0] != '\0';
}

bool wifi_credentials_load(struct port *port, struct wifi_credentials *out)
{
    return files_read(port, CREDENTIALS_FILE, (uint8_t *)out, sizeof *out) == (int)sizeof *out &&
           wifi_credentials_are_complete(out);
}

int wifi_credentials_store(struct port *port, const struct wifi_credentials *credentials)
{
    return files_write(port, CREDENTIALS_FILE, (const uint8_t *)credentials, sizeof *credentials);
}
