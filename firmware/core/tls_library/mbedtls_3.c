// Mbed TLS 3.6.
#include "firmware/core/tls_library.h"

#include <string.h>

#include <mbedtls/hmac_drbg.h>
#include <mbedtls/platform_util.h>

#define P256_KEY_SIZE 32

void tls_library_sha256_start(mbedtls_sha256_context *sha)
{
    (void)mbedtls_sha256_starts(sha, 0);
}

void tls_library_sha256_update(mbedtls_sha256_context *sha, const uint8_t *p, size_t n)
{
    (void)mbedtls_sha256_update(sha, p, n);
}

void tls_library_sha256_finish(mbedtls_sha256_context *sha, uint8_t hash[32])
{
    (void)mbedtls_sha256_finish(sha, hash);
}

// What blinds the arithmetic with a key need only be unknown to whoever watches: it is drawn from
// the key, as Mbed TLS 2 does by itself.
static int seed(mbedtls_hmac_drbg_context *blinding, const uint8_t *secret, size_t n)
{
    mbedtls_hmac_drbg_init(blinding);
    return mbedtls_hmac_drbg_seed_buf(
        blinding, mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), secret, n);
}

int tls_library_read_key(mbedtls_pk_context *key, const uint8_t *pem, size_t n)
{
    mbedtls_hmac_drbg_context blinding;
    int rc = seed(&blinding, pem, n);

    if (rc == 0)
        rc = mbedtls_pk_parse_key(key, pem, n + 1, NULL, 0, mbedtls_hmac_drbg_random, &blinding);
    mbedtls_hmac_drbg_free(&blinding);
    return rc;
}

// Of other keys than those on P-256 the check needs no blinding.
bool tls_library_is_pair(
    const mbedtls_pk_context *public_key, const mbedtls_pk_context *private_key)
{
    mbedtls_hmac_drbg_context blinding;
    uint8_t secret[P256_KEY_SIZE];
    size_t n = 0;
    int rc = 0;

    if (mbedtls_pk_get_type(private_key) != MBEDTLS_PK_RSA)
        rc = mbedtls_ecp_write_key_ext(mbedtls_pk_ec(*private_key), &n, secret, sizeof secret);

    bool good = seed(&blinding, secret, n) == 0 && rc == 0;

    mbedtls_platform_zeroize(secret, sizeof secret);
    good = good &&
           mbedtls_pk_check_pair(public_key, private_key, mbedtls_hmac_drbg_random, &blinding) == 0;
    mbedtls_hmac_drbg_free(&blinding);
    return good;
}

mbedtls_ecp_group_id tls_library_curve(const mbedtls_pk_context *key)
{
    return mbedtls_ecp_keypair_get_group_id(mbedtls_pk_ec(*key));
}

bool tls_library_is_ca(const mbedtls_x509_crt *cert)
{
    return mbedtls_x509_crt_get_ca_istrue(cert) == 1;
}

void tls_library_configure(mbedtls_ssl_config *config)
{
    static const uint16_t groups[] = {MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1, 0};

    mbedtls_ssl_conf_min_tls_version(config, MBEDTLS_SSL_VERSION_TLS1_2);
    mbedtls_ssl_conf_max_tls_version(config, MBEDTLS_SSL_VERSION_TLS1_2);
    mbedtls_ssl_conf_groups(config, groups);
}

bool tls_library_is_open(mbedtls_ssl_context *ssl)
{
    return mbedtls_ssl_is_handshake_over(ssl) != 0;
}

// The one place with private members: for the secret of a session there is no other way. What the
// library itself would store of it, mbedtls_ssl_session_save(), bears the server's certificate, has
// another size and shape for each of its configurations, and cannot be put together from parts.

void tls_library_take_session(const mbedtls_ssl_context *ssl, struct tls_session *session)
{
    mbedtls_ssl_session agreed;

    mbedtls_ssl_session_init(&agreed);
    if (mbedtls_ssl_get_session(ssl, &agreed) == 0 && mbedtls_ssl_session_get_id_len(&agreed) > 0 &&
        mbedtls_ssl_session_get_id_len(&agreed) <= sizeof session->id) {
        session->ciphersuite = (uint16_t)mbedtls_ssl_session_get_ciphersuite_id(&agreed);
        session->id_size = (uint8_t)mbedtls_ssl_session_get_id_len(&agreed);
        memcpy(session->id, mbedtls_ssl_session_get_id(&agreed), session->id_size);
        memcpy(session->master, agreed.MBEDTLS_PRIVATE(master), sizeof session->master);
    }
    mbedtls_ssl_session_free(&agreed);
}

int tls_library_resume_session(mbedtls_ssl_context *ssl, const struct tls_session *session)
{
    mbedtls_ssl_session again;
    int rc;

    mbedtls_ssl_session_init(&again);
    again.MBEDTLS_PRIVATE(endpoint) = MBEDTLS_SSL_IS_CLIENT;
    again.MBEDTLS_PRIVATE(tls_version) = MBEDTLS_SSL_VERSION_TLS1_2;
    again.MBEDTLS_PRIVATE(ciphersuite) = session->ciphersuite;
    again.MBEDTLS_PRIVATE(id_len) = session->id_size;
    memcpy(again.MBEDTLS_PRIVATE(id), session->id, session->id_size);
    memcpy(again.MBEDTLS_PRIVATE(master), session->master, sizeof session->master);
    rc = mbedtls_ssl_set_session(ssl, &again);
    mbedtls_ssl_session_free(&again);
    return rc;
}
