#ifndef TEST_UNIT_FIRMWARE_TLS_LIBRARY_H
#define TEST_UNIT_FIRMWARE_TLS_LIBRARY_H

#include <stddef.h>
#include <stdint.h>

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/pk.h>
#include <mbedtls/x509_crt.h>

#include "common/image_trailer.h"

// What tests, and only they, need of Mbed TLS and one generation spells otherwise than the other;
// firmware/core/tls_library.h has the rest.

// Signs a SHA-256 hash. Returns the signature's bytes, 0 on failure.
size_t test_tls_library_sign(mbedtls_pk_context *key, const uint8_t hash[32],
    mbedtls_ctr_drbg_context *random, uint8_t out[IMAGE_SIGNATURE_MAX]);

// The serial number of a certificate: 0, or the library's error.
int test_tls_library_set_serial(mbedtls_x509write_cert *write, uint8_t number);

#endif
