#ifndef REVOCATION_LINK_H
#define REVOCATION_LINK_H

#include <stddef.h>

#include "server/auth/device_auth.h"
#include "server/base/err.h"
#include "server/daemon/certificate_watch.h"
#include "server/http/http_server.h"
#include "server/ingest/ingest.h"
#include "server/revocation/revocation.h"
#include "server/rotation/rotation_watch.h"
#include "server/store/store.h"

// Joins revocation with those who go by it. All borrowed until it is cleared.
struct revocation_link {
    struct store *store;
    struct device_auth *auth;
    struct ingest *ingest;
    struct certificate_watch *watch;
    const char *state_dir;
    struct rotation_watch *rotation; // is told of certificates, too

    // Filled in by the start, and by revocation_link_set_server():
    struct revocation *revocation;
    struct http_server *server;
};

// Before anybody is let in, and before the broker is told anything.
ERR_CHECKED int revocation_link_start(struct revocation_link *link, struct err *err);
void revocation_link_clear(struct revocation_link *link);

// The download server, once it runs.
void revocation_link_set_server(struct revocation_link *link, struct http_server *server);

// Ends its connections of those who are let in no more; returns how many. ctx: the link. Any
// thread.
size_t revocation_link_end_clients(void *ctx);

#endif
