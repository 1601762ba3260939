#ifndef HTTP_CLIENTS_H
#define HTTP_CLIENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"

// Who is connected: the certificate of each client, and its connections. Any thread. For this
// folder alone.
struct http_clients;
struct http_client; // a certificate with one or more connections

// A connection's place among them; all zero while it has none.
struct http_client_place {
    struct http_client *client;
    int fd;
    struct http_client_place *next, **link;
};

ERR_CHECKED int http_clients_new(struct http_clients **out);
void http_clients_free(struct http_clients *clients);

// Adds a connection whose client has shown that certificate. It must leave before its socket is
// closed. ERR_NO_MEMORY.
ERR_CHECKED int http_clients_enter(struct http_clients *clients, const uint8_t *der, size_t n,
    struct http_client_place *place, int fd);
void http_clients_leave(struct http_clients *clients, struct http_client_place *place);

// As http_server_end_clients().
size_t http_clients_end(struct http_clients *clients,
    bool (*match)(const uint8_t *der, size_t n, void *ctx), void *ctx);

#endif
