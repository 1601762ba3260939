// Bounds of what devices cost, as they are now.
#include "server/daemon/costs.h"

#define DAY_MS (24LL * 3600 * 1000)

void costs_read_retention(const struct config *config, struct housekeeping_settings *out)
{
    *out = (struct housekeeping_settings){
        .offline_after_ms = config->offline_after_s * 1000,
        .keep_statuses_ms = config->statuses_days * DAY_MS,
        .keep_hours_ms = config->hours_days * DAY_MS,
        .keep_events_ms = config->events_days * DAY_MS,
    };
}

void costs_tick(struct ingest *ingest, struct disk_watch *disk, const struct config *config,
    struct store *store)
{
    ingest_set_statuses_per_minute(ingest, config->statuses_per_minute);
    ingest_set_low_disk(ingest, disk_watch_look(disk, config, store));
    ingest_tick(ingest);
}
