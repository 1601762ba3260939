#ifndef HTTP_SESSIONS_H
#define HTTP_SESSIONS_H

#include <gnutls/gnutls.h>

#include "server/base/err.h"

// TLS sessions kept for resumption by ID (RFC 5246, 7.3): deployed devices know no tickets. A fixed
// number of places; a new session takes the place of an old one. Any thread.
struct http_sessions;

ERR_CHECKED int http_sessions_new(struct http_sessions **out);
void http_sessions_free(struct http_sessions *sessions);

// Makes a session of the server's resumable by ID, before its handshake. sessions must outlive it.
void http_sessions_attach(struct http_sessions *sessions, gnutls_session_t session);

#endif
