// Mbed TLS 2.16 to 2.28.
#include "firmware/enrol/tls_library.h"

#include <mbedtls/ecdh.h>

int tls_library_write_number(const mbedtls_pk_context *key, uint8_t out[TLS_LIBRARY_NUMBER_SIZE])
{
    return mbedtls_mpi_write_binary(&mbedtls_pk_ec(*key)->d, out, TLS_LIBRARY_NUMBER_SIZE);
}

int tls_library_write_point(const mbedtls_pk_context *key, uint8_t out[TLS_LIBRARY_POINT_SIZE])
{
    const mbedtls_ecp_keypair *pair = mbedtls_pk_ec(*key);
    size_t n;

    return mbedtls_ecp_point_write_binary(
        &pair->grp, &pair->Q, MBEDTLS_ECP_PF_UNCOMPRESSED, &n, out, TLS_LIBRARY_POINT_SIZE);
}

int tls_library_sign(mbedtls_pk_context *key, struct tls_random *random, const uint8_t hash[32],
    uint8_t out[TLS_LIBRARY_SIGNATURE_MAX], size_t *n)
{
    return mbedtls_pk_sign(
        key, MBEDTLS_MD_SHA256, hash, 32, out, n, mbedtls_ctr_drbg_random, &random->generator);
}

int tls_library_agree(const mbedtls_pk_context *key, struct tls_random *random,
    const uint8_t point[TLS_LIBRARY_POINT_SIZE], uint8_t out[TLS_LIBRARY_NUMBER_SIZE])
{
    mbedtls_ecp_keypair *pair = mbedtls_pk_ec(*key);
    mbedtls_ecp_point peer;
    mbedtls_mpi shared;
    int rc;

    mbedtls_ecp_point_init(&peer);
    mbedtls_mpi_init(&shared);
    rc = mbedtls_ecp_point_read_binary(&pair->grp, &peer, point, TLS_LIBRARY_POINT_SIZE);
    if (rc == 0)
        rc = mbedtls_ecdh_compute_shared(
            &pair->grp, &shared, &peer, &pair->d, mbedtls_ctr_drbg_random, &random->generator);
    if (rc == 0)
        rc = mbedtls_mpi_write_binary(&shared, out, TLS_LIBRARY_NUMBER_SIZE);
    mbedtls_mpi_free(&shared);
    mbedtls_ecp_point_free(&peer);
    return rc;
}
