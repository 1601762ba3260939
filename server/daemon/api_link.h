#ifndef API_LINK_H
#define API_LINK_H

#include <stdbool.h>

#include "server/alert/alert_drive.h"
#include "server/api/api.h"
#include "server/backup/backup.h"
#include "server/base/err.h"
#include "server/daemon/certificate_watch.h"
#include "server/daemon/config.h"
#include "server/daemon/counters.h"
#include "server/daemon/disk_watch.h"
#include "server/daemon/operator_key.h"
#include "server/daemon/settings_link.h"

// Joins the operator's API with those of whom it tells. All borrowed until it is stopped.
struct api_link {
    struct counters_sources sources; // filled in by the start: api_server
    struct certificate_watch *watch;
    struct disk_watch *disk;
    struct settings_link settings;  // likewise, as are what sends webhooks
    struct backup_places places;    // of what is backed up
    struct api api;                 // and what reads them
    struct operator_desk operators; // and where people log in
    struct operator_key key;        // that they are shown
    struct alert_drive *alerts;     // likewise
    char *mail_folder;              // where mails about alerts are put, or NULL
};

// Starts its server, the settings, and what drives the rollouts and webhooks that it takes.
// Stopping gives what is under way so much time; also after an error of the start, or without one,
// and before the store is closed.
ERR_CHECKED int api_link_start(struct api_link *link, const struct config *config, struct err *err);
// Whether the operators' HTTPS has all it needs: its port, if that is to be tried, and its files,
// if they are its own.
ERR_CHECKED int api_link_check(const struct config *config, bool try_port, struct err *err);

// Uses new certificate files for the operators' HTTPS: its own, or those of [tls] if they are good.
// On failure the old ones stay in use.
ERR_CHECKED int api_link_reload(
    struct api_link *link, const struct config *config, bool is_tls_good, struct err *err);

void api_link_stop(struct api_link *link, int64_t grace_ms);

#endif
