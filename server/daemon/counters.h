#ifndef COUNTERS_H
#define COUNTERS_H

#include <stdint.h>

#include "server/base/tally.h"
#include "server/command/command_dispatch.h"
#include "server/daemon/broker_state.h"
#include "server/daemon/enrol_link.h"
#include "server/download/download.h"
#include "server/http/http_server.h"
#include "server/ingest/ingest.h"
#include "server/operator/operator_desk.h"
#include "server/store/store.h"
#include "server/webhook/webhook_drive.h"

struct counters_sources {
    struct ingest *ingest;
    struct download *download;
    struct http_server *download_server;
    struct http_server *api_server;
    struct http_server *operator_server;   // or NULL
    const struct operator_desk *operators; // or NULL
    struct store *store;
    const struct command_dispatch *dispatch;
    const struct tally *reloads_kept, *clock_steps;
    struct broker_state *broker;
    const struct enrol_link *enrolment;
    const struct webhook_drive *webhooks;
};

// Calls add() for each of the modules' counters, by the name that the operator sees. Any thread.
void counters_each(const struct counters_sources *sources,
    void (*add)(const char *name, uint64_t value, void *ctx), void *ctx);

#endif
