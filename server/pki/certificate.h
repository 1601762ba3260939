#ifndef PKI_CERTIFICATE_H
#define PKI_CERTIFICATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/model/serial.h"
#include "server/pki/digest.h"

struct certificate;

// Reads the first certificate of a PEM file. As file_read(), and ERR_INVALID.
ERR_CHECKED int certificate_load(const char *path, struct certificate **out, struct err *err);
// The same from n bytes of PEM. ERR_INVALID.
ERR_CHECKED int certificate_from_pem(
    const uint8_t *pem, size_t n, struct certificate **out, struct err *err);
// The same from n bytes of DER, all of them.
ERR_CHECKED int certificate_from_der(
    const uint8_t *der, size_t n, struct certificate **out, struct err *err);

void certificate_free(struct certificate *certificate);

// Writes it as PEM, NUL-terminated; the caller frees it.
ERR_CHECKED int certificate_to_pem(
    const struct certificate *certificate, char **out, struct err *err);

// Writes it as DER, *n bytes; the caller frees it. ERR_NO_MEMORY.
ERR_CHECKED int certificate_to_der(
    const struct certificate *certificate, uint8_t **out, size_t *n, struct err *err);

// Its serial number. ERR_INVALID if it has none that RFC 5280, 4.1.2.2 allows.
ERR_CHECKED int certificate_serial(
    const struct certificate *certificate, char out[SERIAL_SIZE], struct err *err);

// SHA-256 of its DER, whatever encoding it came in. ERR_NO_MEMORY.
ERR_CHECKED int certificate_fingerprint(
    const struct certificate *certificate, char out[DIGEST_SHA256_TEXT_SIZE], struct err *err);

// SHA-256 of its public key (SubjectPublicKeyInfo). ERR_NO_MEMORY.
ERR_CHECKED int certificate_key_id(
    const struct certificate *certificate, char out[DIGEST_SHA256_TEXT_SIZE], struct err *err);

// Whether that CA's key signed it; false of one that signed itself. Names are not compared.
bool certificate_is_below(const struct certificate *certificate, const struct certificate *ca);

// The first and the last moment of its validity, Unix ms.
int64_t certificate_not_before_ms(const struct certificate *certificate);
int64_t certificate_not_after_ms(const struct certificate *certificate);

#endif
