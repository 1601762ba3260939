// Mbed TLS 3.6.
#include "test/unit/firmware/tls_library.h"

size_t test_tls_library_sign(mbedtls_pk_context *key, const uint8_t hash[32],
    mbedtls_ctr_drbg_context *random, uint8_t out[IMAGE_SIGNATURE_MAX])
{
    size_t n = 0;
    int rc = mbedtls_pk_sign(key, MBEDTLS_MD_SHA256, hash, 32, out, IMAGE_SIGNATURE_MAX, &n,
        mbedtls_ctr_drbg_random, random);

    return rc == 0 ? n : 0;
}

int test_tls_library_set_serial(mbedtls_x509write_cert *write, uint8_t number)
{
    return mbedtls_x509write_crt_set_serial_raw(write, &number, sizeof number);
}
