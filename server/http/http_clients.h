#ifndef HTTP_CLIENTS_H
#define HTTP_CLIENTS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"

// Who is connected: the certificate of each client, and its connections, in bounds. Any thread. For
// this folder alone.
struct http_clients;
struct http_client; // a certificate with one or more connections

// A connection's place among them; all zero while it has none.
struct http_client_place {
    struct http_client *client;
    int fd;
    bool ended;
    _Atomic int64_t resting_since_ms; // monotonic; 0: it is in a request or an answer
    struct http_client_place *next, **link;
};

// max: of one certificate; 0 sets no bound.
ERR_CHECKED int http_clients_new(unsigned max, struct http_clients **out);
void http_clients_free(struct http_clients *clients);

// Adds a connection whose client has shown that certificate. It must leave before its socket is
// closed. If the certificate has as many as it may, the one of them that has rested longest is
// ended in its place; ERR_CONFLICT if none rests. Both are counted; the former is logged, too, once
// in ten seconds at most. Else ERR_NO_MEMORY.
ERR_CHECKED int http_clients_enter(struct http_clients *clients, const uint8_t *der, size_t n,
    struct http_client_place *place, int fd);
void http_clients_leave(struct http_clients *clients, struct http_client_place *place);

// Between requests a connection rests.
void http_clients_rest(struct http_client_place *place, bool rests);

// As http_server_end_clients().
size_t http_clients_end(struct http_clients *clients,
    bool (*match)(const uint8_t *der, size_t n, void *ctx), void *ctx);

// How many gave their place to a newer one of the same certificate.
uint64_t http_clients_count_replaced(struct http_clients *clients);

#endif
