#ifndef RELOAD_H
#define RELOAD_H

#include "server/auth/device_auth.h"
#include "server/base/tally.h"
#include "server/daemon/api_link.h"
#include "server/daemon/config.h"
#include "server/daemon/credentials.h"
#include "server/daemon/enrol_link.h"
#include "server/download/download.h"
#include "server/http/http_server.h"
#include "server/mqtt/mqtt_client.h"

// What SIGHUP reads again. All borrowed.
struct reload {
    const char *config_path;
    struct config *config;           // in use
    struct credentials *credentials; // in use
    struct device_auth *auth;
    struct download *download;
    struct http_server *server;
    struct mqtt_client *mqtt;
    struct tally *kept; // counts what stays as it was
    struct enrol_link *enrolment;
    struct api_link *api; // with the settings, which go over the configuration, and webhooks
};

// Takes the configuration, the CA and the certificate anew, each unless something is wrong with it
// or it does not fit the others: then the one in use stays, and the log says why. It
// warns, too, of what settings go over (settings_conflict.h).
void reload_run(const struct reload *reload);

#endif
