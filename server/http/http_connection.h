#ifndef HTTP_CONNECTION_H
#define HTTP_CONNECTION_H

#include <gnutls/gnutls.h>

#include "server/http/http_crowd.h"
#include "server/http/http_internal.h"

// Connections, from their beginning to their end; for this folder alone.

// Hands a socket that was just accepted to libmicrohttpd, or closes it: its address has too many,
// all at work, or there is no memory. On the thread that accepts.
void http_connection_add(
    struct http_server *server, int fd, const struct sockaddr *address, socklen_t n);

// As http_addresses_make_room and http_addresses_leave; ctx is the struct http_server.
bool http_connection_make_room(struct http_crowd *crowd, unsigned leaving, void *ctx);
void http_connection_leave(void *deadline, void *ctx);

// Forgets what libmicrohttpd had not begun with when it was stopped.
void http_connection_clear(struct http_server *server);

// Callbacks of libmicrohttpd's; cls is the struct http_server.
void http_connection_notify(void *cls, struct MHD_Connection *connection, void **socket_context,
    enum MHD_ConnectionNotificationCode code);

// Callback of libmicrohttpd's, when a request's first line is there and not yet decoded. Gives no
// context: for some requests libmicrohttpd never says that they are over.
void *http_connection_see_line(void *cls, const char *target, struct MHD_Connection *connection);

// Of the path and query of the newest request, as they came: how long they are, and whether they
// are of the characters that may stand there (RFC 3986, 2).
struct http_connection_target {
    size_t length;
    bool is_text;
};
struct http_connection_target http_connection_target(struct MHD_Connection *connection);

// The server of a connection; NULL if there was no memory to keep it.
struct http_server *http_connection_server(struct MHD_Connection *connection);

// The SHA-256 of its client's certificate, in hex; der is that. NULL if it cannot be told.
const char *http_connection_fingerprint(
    struct MHD_Connection *connection, const uint8_t *der, size_t n);

// When the client has said what a handshake begins with (RFC 5246, 7.4.1.2): it has begun to speak.
void http_connection_begin_handshake(gnutls_session_t session);

// When the handshake waits for the client: if the server has answered it meanwhile, the client has
// time anew, so that what the server took is not the client's. There are two or three such steps.
void http_connection_wait_handshake(gnutls_session_t session);

// Once the handshake has succeeded, also one that resumed a session: the client takes its place
// among those of its certificate, and has time for a request from now on. 0, or a negative code of
// GnuTLS's by which the handshake fails after all.
int http_connection_admit(gnutls_session_t session);

// What is done at each request; once for a connection: its handshake has just ended.
void http_connection_begin(struct http_server *server, struct MHD_Connection *connection);

// Then, where nobody knows whose request it is: until it has come whole its connection makes room,
// and has as long as a handshake may take.
void http_connection_doubt(struct MHD_Connection *connection);

// Around an answer: they note how it ends, for who is to be told (http_response_on_end()).
void http_connection_begin_answer(
    struct http_request *request, const struct http_response *response);
void http_connection_end_answer(
    struct http_server *server, struct http_request *request, bool handed_over);

// Gives it the time that an answer of so many bytes may take from now on.
void http_connection_set_deadline(
    struct http_server *server, struct MHD_Connection *connection, uint64_t answer_bytes);

// The request is over: until the next one the connection rests.
void http_connection_rest(struct http_server *server, struct MHD_Connection *connection);

#endif
