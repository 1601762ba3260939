#ifndef ALERT_LINK_H
#define ALERT_LINK_H

#include "server/base/err.h"
#include "server/daemon/api_link.h"
#include "server/daemon/config.h"

// Where mails about alerts wait for `secureespd --send-mail`, below the state_dir.
#define ALERT_LINK_FOLDER "mail"

// Starts what looks for alerts, with what the API knows; the configuration is borrowed while it
// runs. ERR_IO, ERR_DENIED, ERR_NO_MEMORY.
ERR_CHECKED int alert_link_start(
    struct api_link *link, const struct config *config, struct err *err);
void alert_link_stop(struct api_link *link);

#endif
