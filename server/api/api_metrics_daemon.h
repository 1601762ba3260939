#ifndef API_METRICS_DAEMON_H
#define API_METRICS_DAEMON_H

#include "server/api/api.h"
#include "server/metrics/metrics_text.h"

// Writes what the daemon knows of itself, its broker, its disk and the certificates.
void api_metrics_daemon_write(const struct api *api, struct metrics_text *text);

#endif
