#ifndef PKI_DEVICE_CREDENTIAL_H
#define PKI_DEVICE_CREDENTIAL_H

#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"

// Whether what is about to be given to a device is its own: a mistake in a folder must not hand out
// somebody else's key. PEM texts of n bytes. All: ERR_INVALID with the reason.

// A certificate with that MAC as its common name.
ERR_CHECKED int device_credential_check_certificate(
    const uint8_t *pem, size_t n, const char *mac, struct err *err);

// A private key, the one of the certificate FOLDER/<mac>.crt. Also as file_read().
ERR_CHECKED int device_credential_check_key_of(
    const char *folder, const char *mac, const uint8_t *pem, size_t n, struct err *err);

// A private key, the one of the certificate.
ERR_CHECKED int device_credential_check_key(const uint8_t *pem, size_t n,
    const uint8_t *certificate_pem, size_t certificate_n, struct err *err);

#endif
