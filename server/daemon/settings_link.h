#ifndef SETTINGS_LINK_H
#define SETTINGS_LINK_H

#include "server/base/err.h"
#include "server/daemon/config.h"
#include "server/download/download.h"
#include "server/settings/settings_desk.h"
#include "server/settings/settings_watch.h"

// Joins settings with the download server, which has the lowest layer, and the certificate, by
// whose names what devices are told is judged. All borrowed until it is cleared.
struct settings_link {
    const struct config *config;
    struct download *download;
    struct settings_desk desk;
    struct settings_watch *watch;
};

ERR_CHECKED int settings_link_start(struct settings_link *link, const struct config *config,
    struct download *download, struct store *store, struct err *err);
void settings_link_clear(struct settings_link *link); // a second time it does nothing

#endif
