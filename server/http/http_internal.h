#ifndef HTTP_INTERNAL_H
#define HTTP_INTERNAL_H

// What the files of this folder share of libmicrohttpd's objects; for them alone.

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "server/base/tally.h"
#include "server/http/http_request.h"
#include "server/http/http_response.h"
#include "server/http/http_route.h"
#include "server/http/http_server.h"

struct http_server {
    struct http_server_settings settings;
    struct http_turns *turns;
    struct http_tls *tls;             // NULL on a Unix socket
    struct http_addresses *addresses; // NULL without a bound for each
    struct http_deadlines *deadlines;
    struct http_clients *clients;   // NULL on a Unix socket
    struct http_receipts *receipts; // NULL on a Unix socket
    struct http_feeds *feeds;       // NULL if it has none
    struct MHD_Daemon *daemon;
    // libmicrohttpd's own functions, see http_refusal.h.
    enum MHD_Result (*queue_response)(
        struct MHD_Connection *connection, unsigned status, struct MHD_Response *response);
    enum MHD_Result (*lookup)(struct MHD_Connection *connection, enum MHD_ValueKind kind,
        const char *name, size_t name_n, const char **value, size_t *value_n);
    bool owns_socket; // the file at settings.socket_path is ours
    struct http_accept *accept;
    pthread_mutex_t handover; // over the next
    struct http_connection
        *handed_over;        // accepted, and not yet seen by a thread of libmicrohttpd's
    _Atomic unsigned places; // that are taken, by these and the others
    _Atomic uint64_t connections;
    _Atomic uint64_t waiting; // connections without a request so far
    _Atomic uint64_t requests;
    struct tally bad_requests;
    _Atomic uint64_t full; // clients that found no place
    _Atomic uint64_t resumed;
    _Atomic uint64_t in_hand; // requests begun and not yet answered
};

struct http_request {
    struct MHD_Connection *connection;
    enum http_method method;
    const char *target; // its decoded path, libmicrohttpd's
    struct http_route_match match;
    uint8_t *body;
    size_t body_size;
    size_t body_capacity;
    size_t body_max;
    bool too_large;
    bool answered;
    struct http_response_end end; // told: NULL if nobody is
    uint64_t answer_mark;         // http_verdict_mark() before the answer
    uint64_t answer_length;       // of its body
    void *attached;               // by its handler
};

#define HTTP_RESPONSE_HEADERS_MAX 12
#define HTTP_RESPONSE_VALUE_SIZE 256

struct http_response {
    unsigned status;
    struct MHD_Response *body;
    uint64_t length;
    const uint8_t *bytes; // of the body, `length` of them, if it was set as such; else NULL
    struct http_response_end end;
    size_t header_count;
    struct {
        const char *name;
        char value[HTTP_RESPONSE_VALUE_SIZE];
    } headers[HTTP_RESPONSE_HEADERS_MAX];
};

// Sets a body of libmicrohttpd's, status 200; NULL: there was no memory for it.
void http_response_set_reader(
    struct http_response *response, const char *type, struct MHD_Response *body);

#endif
