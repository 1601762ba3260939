#ifndef COUNTERS_H
#define COUNTERS_H

#include <stdint.h>

#include "server/http/http_server.h"
#include "server/ingest/ingest.h"
#include "server/store/store.h"

// Calls add() for each of the modules' counters, by the name that the operator sees. Any thread.
void counters_each(struct ingest *ingest, struct http_server *server, struct store *store,
    void (*add)(const char *name, uint64_t value, void *ctx), void *ctx);

#endif
