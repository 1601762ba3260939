#ifndef ENROL_LINK_H
#define ENROL_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "server/auth/device_auth.h"
#include "server/base/err.h"
#include "server/daemon/config.h"
#include "server/enrol/enrol.h"
#include "server/http/http_server.h"
#include "server/store/store.h"

// The endpoint at which devices enrol, on a port of its own, with who signs.
struct enrol_link {
    struct enrol *enrol;         // NULL without a port
    struct http_server *server;  // likewise
    const struct config *config; // borrowed
};

// Starts it, unless the configuration has no port for it. All borrowed until it is cleared.
ERR_CHECKED int enrol_link_start(struct enrol_link *link, const struct config *config,
    struct store *store, struct device_auth *auth, struct err *err);

// Stops it, as http_server_free(); then nobody may ask it any more.
void enrol_link_stop(struct enrol_link *link, int64_t grace_ms);
void enrol_link_clear(struct enrol_link *link);

// Reads the CA of the claims and its certificate again. What cannot be used stays as it was; so
// does the certificate if it is that of [tls] and is_tls_good says that the daemon does not use the
// one that is there now.
ERR_CHECKED int enrol_link_reload(struct enrol_link *link, bool is_tls_good, struct err *err);

// Whether it could start: its files, and its port if that is to be tried.
ERR_CHECKED int enrol_link_check(const struct config *config, bool try_port, struct err *err);

// Calls add() for each of its counters; without a port there is none.
void enrol_link_each_counter(const struct enrol_link *link,
    void (*add)(const char *name, uint64_t value, void *add_ctx), void *add_ctx);

#endif
