#ifndef DEVICE_AUTH_H
#define DEVICE_AUTH_H

#include <stddef.h>
#include <stdint.h>

#include "common/mac.h"
#include "server/base/err.h"
#include "server/pki/credential_check.h"

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

// Copies the CA's file, PEM, as it was when it was read: what devices are given as their ca.crt. A
// NUL follows the n bytes; the caller frees them. ERR_NO_MEMORY. Any thread.
ERR_CHECKED int device_auth_copy_ca(struct device_auth *auth, uint8_t **pem, size_t *n);

// Whether a certificate, n bytes of PEM which a NUL follows, is that device's own, and one that it
// takes and is let in with. As credential_check_device_pem(). Any thread.
ERR_CHECKED int device_auth_check_own(
    struct device_auth *auth, const uint8_t *pem, size_t n, const char *mac, struct err *err);

// As credential_check_server(), by the CA in use whatever its file holds now.
ERR_CHECKED int device_auth_check_server(struct device_auth *auth,
    const struct credential_check_files *files, struct certificate **out, struct err *err);

#endif
