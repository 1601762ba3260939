#ifndef WEBHOOK_LINK_H
#define WEBHOOK_LINK_H

#include "server/api/api.h"
#include "server/base/err.h"
#include "server/daemon/config.h"

// Whether what the configuration names for webhooks is there. ERR_DENIED.
ERR_CHECKED int webhook_link_check(const struct config *config, struct err *err);

// Starts what sends webhooks, for the API, whose store and vault it takes; the configuration is
// borrowed while it runs.
ERR_CHECKED int webhook_link_start(struct api *api, const struct config *config, struct err *err);

// Makes it go by what SIGHUP may change of the configuration.
void webhook_link_reload(struct webhook_drive *webhooks, const struct config *config);

#endif
