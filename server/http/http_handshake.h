#ifndef HTTP_HANDSHAKE_H
#define HTTP_HANDSHAKE_H

#include <gnutls/gnutls.h>
#include <stdint.h>

#include "server/base/err.h"

// Handshakes that fail: each is counted by its kind, named in the log with the client's address and
// the reason, once a second for each kind at most, and the client is told by an alert (RFC 5246,
// 7.2.2; RFC 8446, 6.2). libmicrohttpd sends none and says nothing; but it calls
// gnutls_handshake(), and the dynamic linker finds that of this file first. Where the linker does
// otherwise, such handshakes fail all the same. For this folder alone.
struct http_handshake;
struct http_turns;

enum http_handshake_kind {
    HTTP_HANDSHAKE_NO_CERTIFICATE,
    HTTP_HANDSHAKE_EXPIRED,    // a certificate, before or after its time
    HTTP_HANDSHAKE_UNTRUSTED,  // a certificate of another CA
    HTTP_HANDSHAKE_REVOKED,    // a certificate taken out of use
    HTTP_HANDSHAKE_DENIED,     // any other certificate that is refused
    HTTP_HANDSHAKE_CROWDED,    // one that has as many connections as it may, all at work
    HTTP_HANDSHAKE_DISTRUSTED, // the client refused the server's certificate
    HTTP_HANDSHAKE_PROTOCOL,   // no TLS, or nothing in common
    HTTP_HANDSHAKE_BROKEN,     // the connection ended in the middle
    HTTP_HANDSHAKE_KINDS
};

// ERR_UNAVAILABLE or ERR_NO_MEMORY.
ERR_CHECKED int http_handshake_new(
    struct http_turns *turns, struct http_handshake **out, struct err *err);
void http_handshake_free(struct http_handshake *handshake);

// Counts and logs a certificate that was refused with this error. Returns what
// gnutls_certificate_verify_function returns then.
int http_handshake_refuse(
    struct http_handshake *handshake, gnutls_session_t session, const struct err *err);

uint64_t http_handshake_count(struct http_handshake *handshake, enum http_handshake_kind kind);

#endif
