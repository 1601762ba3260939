#ifndef HTTP_SESSIONS_H
#define HTTP_SESSIONS_H

#include <gnutls/gnutls.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"

// TLS sessions kept for resumption by ID (RFC 5246, 7.3): deployed devices know no tickets. A new
// session takes the place of old ones: of its client's oldest, if that has as many as it may, or of
// all the oldest, if they take as many bytes as they may. Any thread.
struct http_sessions;

#define HTTP_SESSIONS_PER_CLIENT 8
#define HTTP_SESSIONS_BYTES ((size_t)16 * 1024 * 1024) // about 2 KB for each
#define HTTP_SESSIONS_SIZE_MAX ((size_t)8 * 1024)      // a larger one is not kept

ERR_CHECKED int http_sessions_new(struct http_sessions **out);
void http_sessions_free(struct http_sessions *sessions);

// Whose session it will be: any number that tells one client from another, known when the handshake
// ends.
struct http_sessions_user {
    struct http_sessions *sessions;
    uint64_t client;
};

// Makes a session of the server's resumable by ID, before its handshake. user must outlive it.
void http_sessions_attach(struct http_sessions_user *user, gnutls_session_t session);

// As gnutls_db_store_func, of a struct http_sessions_user.
int http_sessions_store(void *ctx, gnutls_datum_t id, gnutls_datum_t data);

// How many there are, and what they take.
void http_sessions_count(struct http_sessions *sessions, size_t *count, size_t *bytes);

#endif
