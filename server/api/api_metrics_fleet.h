#ifndef API_METRICS_FLEET_H
#define API_METRICS_FLEET_H

#include "server/metrics/metrics_tally.h"
#include "server/metrics/metrics_text.h"

// Write what the database knows of the fleet, and what has happened to it since the daemon started.
// ERR_NO_MEMORY, ERR_IO.
ERR_CHECKED int api_metrics_fleet_write(
    struct store_connection *connection, struct metrics_text *text, struct err *err);
ERR_CHECKED int api_metrics_fleet_write_tally(
    struct metrics_tally *tally, struct metrics_text *text, struct err *err);

#endif
