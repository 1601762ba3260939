#ifndef DEVICE_AUTH_H
#define DEVICE_AUTH_H

#include <stddef.h>
#include <stdint.h>

#include "common/mac.h"
#include "server/base/err.h"

// Which device a certificate stands for.
struct device_auth;

// ca_file: PEM, read now and at each reload.
ERR_CHECKED int device_auth_new(const char *ca_file, struct device_auth **out, struct err *err);
void device_auth_free(struct device_auth *auth);

// Judges by the CA file as it is now from now on; on failure the old one stays in use.
ERR_CHECKED int device_auth_reload(struct device_auth *auth, struct err *err);

// Writes the MAC of the device whose certificate (DER) this is, in whatever form its common name
// spells it (mac_parse()). ERR_UNTRUSTED with the reason if the CA did not sign it, ERR_EXPIRED if
// it is not valid now, ERR_DENIED if its common name is no MAC, else ERR_INVALID. Judged anew at
// each call (a signature once found good is not computed again until a reload). Any thread.
ERR_CHECKED int device_auth_identify(
    struct device_auth *auth, const uint8_t *der, size_t n, char mac[MAC_SIZE], struct err *err);

#endif
