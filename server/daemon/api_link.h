#ifndef API_LINK_H
#define API_LINK_H

#include "server/api/api.h"
#include "server/base/err.h"
#include "server/daemon/certificate_watch.h"
#include "server/daemon/config.h"
#include "server/daemon/counters.h"
#include "server/daemon/disk_watch.h"
#include "server/daemon/settings_link.h"

// Joins the operator's API with those of whom it tells. All borrowed until it is stopped.
struct api_link {
    struct counters_sources sources; // filled in by the start: api_server
    struct certificate_watch *watch;
    struct disk_watch *disk;
    struct settings_link settings;  // likewise, as are what sends webhooks
    struct api api;                 // and what reads them
    struct operator_desk operators; // and where people log in
};

// Starts its server, the settings, and what drives the rollouts and webhooks that it takes.
// Stopping gives what is under way so much time; also after an error of the start, or without one,
// and before the store is closed.
ERR_CHECKED int api_link_start(struct api_link *link, const struct config *config, struct err *err);
// Uses new certificate files for the operators' HTTPS. On failure the old ones stay in use.
ERR_CHECKED int api_link_reload(const struct api_link *link, struct err *err);

void api_link_stop(struct api_link *link, int64_t grace_ms);

#endif
