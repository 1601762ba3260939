#ifndef CTL_CLIENT_POOL_H
#define CTL_CLIENT_POOL_H

#include <curl/curl.h>

// Connections that outlive the client that made them, for the next client of the same command: a
// handshake costs more than most requests. One thread.
struct client_pool;

// NULL without memory: connections are not kept then, which all below accept.
struct client_pool *client_pool_new(void);
void client_pool_free(struct client_pool *pool);

// Has curl take a connection from the pool, and leave it there. The pool must outlive curl.
void client_pool_join(struct client_pool *pool, CURL *curl);

#endif
