#ifndef BROKER_LINK_H
#define BROKER_LINK_H

#include "server/base/err.h"
#include "server/daemon/broker_certificates.h"
#include "server/daemon/broker_state.h"
#include "server/daemon/certificate_watch.h"
#include "server/daemon/config.h"
#include "server/daemon/retained_sweep.h"
#include "server/ingest/ingest.h"
#include "server/homeassistant/homeassistant_drive.h"
#include "server/mqtt/mqtt_client.h"
#include "server/release/release.h"
#include "server/revocation/revocation.h"

// Who hears what of the broker. All borrowed until the client is freed.
struct broker_link {
    struct ingest *ingest;
    struct store *store;
    struct certificate_watch *watch;
    struct broker_state *state;
    struct revocation *revocation;
    struct broker_certificates certificates;
    struct retained_sweep *sweep;
    struct release *release;
    struct homeassistant_drive *homeassistant; // set by the start, as is the next
    struct mqtt_client *mqtt;
};

// Starts the client, and what tells Home Assistant; link and config are borrowed until they are
// stopped, also after an error.
ERR_CHECKED int broker_link_start(struct broker_link *link, const struct config *config,
    struct mqtt_client **out, struct err *err);

// Ends both, what tells Home Assistant first.
void broker_link_stop(struct broker_link *link);

#endif
