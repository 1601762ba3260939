#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "server/base/err.h"
#include "server/http/http_route.h"
#include "server/http/http_signer.h"

// An HTTP/1.1 server: on a TCP port with mutual TLS, or on a Unix socket. Knows no business.
struct http_server;

// All borrowed until http_server_free(), but for the files.
struct http_server_settings {
    const struct http_route *routes; // the last has no pattern
    void *ctx;                       // for the handlers
    // Words a refusal by the server itself (4xx, 5xx); NULL: a line of text.
    void (*refuse)(struct http_response *response, unsigned status, const char *reason);
    size_t max_body_bytes;
    // Judges a request that has a route by its head, before its body comes: false if it has
    // answered it. It may lower *max_body_bytes. NULL: each is welcome.
    bool (*admit)(const struct http_request *request, struct http_response *response,
        size_t *max_body_bytes, void *ctx);
    unsigned threads; // http_server_threads(); each has connections of its own
    unsigned at_once; // so many of them compute at once; 0: all that can
    const char *name; // in the log
    // Beyond it clients wait for a place, without a word from the server. So that there is one,
    // over TCP those are ended that http_crowd.h names.
    unsigned max_connections;
    bool has_feeds;                       // answers of http_feed.h; costs a thread
    bool makes_room;                      // on a Unix socket, too: one of the user's that has most
    unsigned spare_files;                 // so many descriptors it leaves to others: clients wait
    unsigned max_connections_per_address; // a newer one takes another's place; 0: no bound
    unsigned max_connections_per_certificate; // a newer one takes an idle one's place; 0: no bound
    unsigned timeout_s; // for a whole request, and between requests; 0: none. An answer may take
                        // longer, by what follows.
    unsigned handshake_timeout_s;  // for each step of the handshake; 0: as timeout_s
    unsigned min_bytes_per_second; // that a client takes of an answer; 0: only its end is watched

    // Either a Unix socket; a stale one is replaced.
    const char *socket_path;
    mode_t socket_mode;

    // or TLS over TCP. Files are PEM; the certificate's may hold a chain.
    const char *address;
    uint16_t port;
    const char *certificate_file;
    const char *key_file;
    const struct http_signer *signer; // with that key; NULL: GnuTLS
    // Judges a client's certificate during the handshake: negative refuses it; the client is told
    // so by the alert that fits ERR_EXPIRED, ERR_UNTRUSTED, ERR_REVOKED, ERR_DENIED (it is good,
    // but nobody's here), ERR_NO_MEMORY or, for all others, a bad certificate. Any server thread.
    int (*verify)(const uint8_t *der, size_t n, void *ctx, struct err *err);
    void *verify_ctx;
    // A client may have none: then the handlers see that. What it says has to come as soon as a
    // handshake.
    bool certificate_optional;
};

// How many threads are right for so many connections of which so many are computed for at once: few
// connections a thread, since each time that one of them speaks all of them are looked at.
unsigned http_server_threads(unsigned max_connections, unsigned at_once);

ERR_CHECKED int http_server_start(
    const struct http_server_settings *settings, struct http_server **out, struct err *err);

// Accepts nothing more, gives answers in hand up to grace_ms to be finished, then closes. NULL is
// allowed.
void http_server_free(struct http_server *server, int64_t grace_ms);

// Uses new certificate files for handshakes from now on; connections go on. On failure the old ones
// stay in use.
ERR_CHECKED int http_server_reload(struct http_server *server, struct err *err);

// Ends every connection of a client whose certificate (DER) match() says yes to, a running
// download, too, and returns how many. Who must stay out is to be refused by the handlers before
// this is called: a request that comes meanwhile is theirs. match() is called once for each
// certificate, and must not block. Any thread.
size_t http_server_end_clients(
    struct http_server *server, bool (*match)(const uint8_t *der, size_t n, void *ctx), void *ctx);

struct http_server_counters {
    uint64_t connections; // accepted since the start
    uint64_t open;        // now
    uint64_t waiting;     // of those: that have asked nothing yet
    uint64_t requests;
    uint64_t bad_requests;        // that broke the rules of HTTP, or its bounds
    uint64_t refused_connections; // as their address had too many, and none made room
    uint64_t refused_handshakes;  // certificate refused; of those:
    uint64_t no_certificate;      // there was none
    uint64_t expired;             // it was before or after its time
    uint64_t untrusted;           // it was of another CA
    uint64_t revoked;             // it was taken out of use
    uint64_t crowded;             // not refused for itself: all its places were at work
    uint64_t distrusted;          // handshakes in which the client refused the server's certificate
    uint64_t bad_handshakes;      // nothing in common, or no TLS
    uint64_t broken_handshakes;   // the connection ended in the middle
    uint64_t resumed;             // connections that resumed a TLS session
    uint64_t timed_out;
    uint64_t slow;     // of those: they took an answer too slowly
    uint64_t replaced; // that gave their place to a newer one of their certificate's
    uint64_t left;     // that had asked nothing, or were idle, and made room
    uint64_t full;     // how often a client found no place
    // Answers of which somebody is told (http_response_on_end()): those that arrived, that did not,
    // of which that is not known yet, and that were told before it was known (http_receipt.h).
    uint64_t received, unreceived, in_doubt, given_up;
};
void http_server_read_counters(struct http_server *server, struct http_server_counters *out);

#endif
