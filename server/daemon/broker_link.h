#ifndef BROKER_LINK_H
#define BROKER_LINK_H

#include "server/base/err.h"
#include "server/daemon/broker_certificates.h"
#include "server/daemon/broker_state.h"
#include "server/daemon/certificate_watch.h"
#include "server/daemon/config.h"
#include "server/daemon/retained_sweep.h"
#include "server/ingest/ingest.h"
#include "server/mqtt/mqtt_client.h"
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
};

// Starts the client; link and config are borrowed until it is freed.
ERR_CHECKED int broker_link_start(struct broker_link *link, const struct config *config,
    struct mqtt_client **out, struct err *err);

#endif
