#ifndef WIFI_RECIPIENT_H
#define WIFI_RECIPIENT_H

#include "server/auth/device_auth.h"
#include "server/base/err.h"
#include "server/pki/certificate.h"
#include "server/store/store.h"

// For whose key a device's secrets are sealed: that of the certificate which it has now, as far as
// the daemon knows. That is the newest of the one that it got by EST and the one in devices_dir.
struct wifi_recipient_sources {
    struct device_auth *auth;
    const char *devices_dir;
};

// The caller frees *out. ERR_NOT_FOUND if the daemon has none of the device, ERR_CONFLICT if the
// device has shown, or was issued, a newer one; as device_auth_identify() if it would not be let in
// with it; ERR_INVALID if it is another's, or its key is not on P-256; ERR_IO, ERR_NO_MEMORY.
ERR_CHECKED int wifi_recipient_find(const struct wifi_recipient_sources *sources,
    struct store_connection *connection, const char *mac, struct certificate **out,
    struct err *err);

#endif
