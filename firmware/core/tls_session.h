#ifndef FIRMWARE_CORE_TLS_SESSION_H
#define FIRMWARE_CORE_TLS_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include <mbedtls/ssl.h>
#include <mbedtls/x509.h>

#define TLS_SESSION_ID_MAX 32 // RFC 5246, 7.4.1.2
#define TLS_SESSION_SECRET_SIZE 48

// What it takes to resume a TLS 1.2 session by its ID, in as few bytes as that takes and without
// gaps: it is also how a session outlives a restart. All of our ciphersuites are AEAD, and none of
// our servers compresses: nothing else was agreed that a resumed session would have to know.
struct tls_session {
    uint16_t ciphersuite;
    uint16_t year; // until when the server's certificate is valid
    uint8_t month;
    uint8_t day;
    uint8_t hour;
    uint8_t minute;
    uint8_t second;
    uint8_t id_size; // 0: there is no session
    uint8_t id[TLS_SESSION_ID_MAX];
    uint8_t master[TLS_SESSION_SECRET_SIZE];
};

// Takes what is needed of the session that ssl has just agreed on with a server whose certificate
// is valid until then. out->id_size is 0 if the server will not resume it.
void tls_session_take(
    const mbedtls_ssl_context *ssl, const mbedtls_x509_time *valid_to, struct tls_session *out);

// Until when the server's certificate is valid.
void tls_session_valid_to(const struct tls_session *session, mbedtls_x509_time *out);

// Whether it may be resumed or asked, whatever its bytes.
bool tls_session_is_whole(const struct tls_session *session);

// Whether *server stands for that host and port; it does from now on. Of two servers that take each
// other's place the one's session is not the other's: where it is resumed, no certificate is looked
// at.
bool tls_session_is_with(uint32_t *server, const char *host, uint16_t tcp_port);

void tls_session_clear(struct tls_session *session);

#endif
