// Mbed TLS 2.16 to 2.28.
#include "firmware/core/tls_library.h"

#include <string.h>

void tls_library_sha256_start(mbedtls_sha256_context *sha)
{
    (void)mbedtls_sha256_starts_ret(sha, 0);
}

void tls_library_sha256_update(mbedtls_sha256_context *sha, const uint8_t *p, size_t n)
{
    (void)mbedtls_sha256_update_ret(sha, p, n);
}

void tls_library_sha256_finish(mbedtls_sha256_context *sha, uint8_t hash[32])
{
    (void)mbedtls_sha256_finish_ret(sha, hash);
}

int tls_library_read_key(mbedtls_pk_context *key, const uint8_t *pem, size_t n)
{
    return mbedtls_pk_parse_key(key, pem, n + 1, NULL, 0);
}

bool tls_library_is_pair(
    const mbedtls_pk_context *public_key, const mbedtls_pk_context *private_key)
{
    return mbedtls_pk_check_pair(public_key, private_key) == 0;
}

mbedtls_ecp_group_id tls_library_curve(const mbedtls_pk_context *key)
{
    return mbedtls_pk_ec(*key)->grp.id;
}

bool tls_library_is_ca(const mbedtls_x509_crt *cert)
{
    return cert->ca_istrue != 0;
}

void tls_library_configure(mbedtls_ssl_config *config)
{
    static const mbedtls_ecp_group_id curves[] = {MBEDTLS_ECP_DP_SECP256R1, MBEDTLS_ECP_DP_NONE};

    mbedtls_ssl_conf_min_version(config, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
    mbedtls_ssl_conf_max_version(config, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
    mbedtls_ssl_conf_curves(config, curves);
}

bool tls_library_is_open(mbedtls_ssl_context *ssl)
{
    return ssl->state == MBEDTLS_SSL_HANDSHAKE_OVER;
}

void tls_library_take_session(const mbedtls_ssl_context *ssl, struct tls_session *session)
{
    const mbedtls_ssl_session *agreed = ssl->session;

    if (agreed == NULL || agreed->id_len == 0 || agreed->id_len > sizeof session->id)
        return;
    session->ciphersuite = (uint16_t)agreed->ciphersuite;
    session->id_size = (uint8_t)agreed->id_len;
    memcpy(session->id, agreed->id, agreed->id_len);
    memcpy(session->master, agreed->master, sizeof session->master);
}

int tls_library_resume_session(mbedtls_ssl_context *ssl, const struct tls_session *session)
{
    mbedtls_ssl_session again;
    int rc;

    mbedtls_ssl_session_init(&again);
    again.ciphersuite = session->ciphersuite;
    again.id_len = session->id_size;
    memcpy(again.id, session->id, session->id_size);
    memcpy(again.master, session->master, sizeof again.master);
    rc = mbedtls_ssl_set_session(ssl, &again);
    mbedtls_ssl_session_free(&again);
    return rc;
}
