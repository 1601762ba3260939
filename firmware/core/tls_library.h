#ifndef FIRMWARE_CORE_TLS_LIBRARY_H
#define FIRMWARE_CORE_TLS_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mbedtls/ecp.h>
#include <mbedtls/pk.h>
#include <mbedtls/sha256.h>
#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>

#include "firmware/core/tls_session.h"

// What one generation of Mbed TLS spells otherwise than the other. Each has a file in tls_library/,
// of which the build takes the one that fits: mbedtls_2.c for 2.16 (Espressif's SDK) to 2.28,
// mbedtls_3.c for 3.6. Where int is returned it is 0 or the library's error.

// SHA-256 of a stream, in a context that mbedtls_sha256_init() was called for. In software it
// cannot fail.
void tls_library_sha256_start(mbedtls_sha256_context *sha);
void tls_library_sha256_update(mbedtls_sha256_context *sha, const uint8_t *p, size_t n);
void tls_library_sha256_finish(mbedtls_sha256_context *sha, uint8_t hash[32]);

// Reads a private key from PEM: n bytes with a NUL behind them. It works before there are random
// numbers: what blinds its arithmetic is drawn from the key itself.
int tls_library_read_key(mbedtls_pk_context *key, const uint8_t *pem, size_t n);

// Whether the private key belongs to the public one; it needs no random numbers either.
bool tls_library_is_pair(
    const mbedtls_pk_context *public_key, const mbedtls_pk_context *private_key);

// The curve of a key, which is an EC key.
mbedtls_ecp_group_id tls_library_curve(const mbedtls_pk_context *key);

// Whether a certificate says that it is a CA's.
bool tls_library_is_ca(const mbedtls_x509_crt *cert);

// Lets sessions be TLS 1.2 and nothing else, with P-256.
void tls_library_configure(mbedtls_ssl_config *config);

// Whether the handshake is over.
bool tls_library_is_open(mbedtls_ssl_context *ssl);

// Takes over, into a cleared session, what was agreed: all but until when the server's certificate
// is valid. id_size stays 0 if the server will not resume it.
void tls_library_take_session(const mbedtls_ssl_context *ssl, struct tls_session *session);

// Lets ssl ask to resume the session. The certificate is not part of it: it was judged when the
// session was agreed on, and the server sends none when it resumes.
int tls_library_resume_session(mbedtls_ssl_context *ssl, const struct tls_session *session);

#endif
