// The Wi-Fi credentials among the device's files.
#include "firmware/port/esp8266/main/credentials.h"

#include "firmware/core/files.h"

_Static_assert(sizeof(struct credentials) == 96, "the file's layout");

bool credentials_are_complete(const struct credentials *credentials)
{
    return credentials->ssid[0] != '\0' && credentials->password[0] != '\0';
}

bool credentials_load(struct port *port, struct credentials *out)
{
    return files_read(port, CREDENTIALS_FILE, (uint8_t *)out, sizeof *out) == (int)sizeof *out &&
           credentials_are_complete(out);
}

int credentials_store(struct port *port, const struct credentials *credentials)
{
    return files_write(port, CREDENTIALS_FILE, (const uint8_t *)credentials, sizeof *credentials);
}
