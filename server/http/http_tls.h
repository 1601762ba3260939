#ifndef HTTP_TLS_H
#define HTTP_TLS_H

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/http/http_clients.h"
#include "server/http/http_sessions.h"

// The server's side of TLS: its certificate, resumption, and the judgement of clients. RFC 5246,
// 8446.
struct http_tls;
struct http_handshake;
struct http_turns;
struct http_server_settings;

// By the settings' verify and signer. Each step of a handshake takes a turn.
ERR_CHECKED int http_tls_new(const struct http_server_settings *settings, struct http_turns *turns,
    struct http_tls **out, struct err *err);
void http_tls_free(struct http_tls *tls);

// Reads certificate and key and uses them for handshakes from now on.
ERR_CHECKED int http_tls_load(
    struct http_tls *tls, const char *certificate_file, const char *key_file, struct err *err);

// GnuTLS's priority string: TLS 1.2 and 1.3, forward secrecy, X25519 before P-256.
const char *http_tls_priorities(void);

// No message of a client's handshake may be longer, and its certificates together not longer than
// HTTP_TLS_CHAIN_MAX: three of RSA-4096. What resumes a session holds them.
#define HTTP_TLS_MESSAGE_MAX 12288
#define HTTP_TLS_MESSAGE_TEXT "12288"
#define HTTP_TLS_CHAIN_MAX 6144

// The alert close_notify as a record, or none.
struct http_tls_farewell {
    size_t n;
    uint8_t bytes[64];
};

// A connection below TLS.
struct http_tls_link {
    int fd;
    bool reset;   // written while reading: the client ended it by a reset, not in order
    bool sent;    // something, since that was last looked at
    bool holding; // what would be sent is kept in farewell, as it can be nothing else
    struct http_tls_farewell farewell;
    struct http_client_place place; // once the handshake has ended
    struct http_sessions_user user;
};

// Prepares a session before its handshake: a client certificate is obligatory, unless the settings
// have it otherwise, and judged by verify during it; resumption by ID and by ticket. The link must
// last as long as the session.
void http_tls_prepare(struct http_tls *tls, gnutls_session_t session, struct http_tls_link *link);

// To be called after the handshake, before anything is answered: keeps records within the
// max_fragment_length that was negotiated (RFC 6066, 4). GnuTLS 3.7 does so by itself only until
// the keys change.
void http_tls_end_handshake(gnutls_session_t session);

// As gnutls_certificate_retrieve_function2.
int http_tls_retrieve(gnutls_session_t session, const gnutls_datum_t *requested,
    int requested_count, const gnutls_pk_algorithm_t *algorithms, int algorithm_count,
    gnutls_pcert_st **certificates, unsigned *certificate_count, gnutls_privkey_t *key);

// Where its failed handshakes are told and counted.
struct http_handshake *http_tls_failures(struct http_tls *tls);

// The same, by a session; NULL if it was not prepared.
struct http_handshake *http_tls_handshake(gnutls_session_t session);

// Sends what was held, and holds nothing from now on.
void http_tls_release(struct http_tls_link *link);

// Sends it, if there is one, unless that would have to wait.
void http_tls_send_farewell(int fd, const struct http_tls_farewell *farewell);

#endif
