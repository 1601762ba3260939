// Bounds of what devices cost, as they are now.
#include "server/daemon/costs.h"

void costs_tick(struct ingest *ingest, struct disk_watch *disk, const struct config *config,
    struct store *store)
{
    ingest_set_statuses_per_minute(ingest, config->statuses_per_minute);
    ingest_set_low_disk(ingest, disk_watch_look(disk, config, store));
    ingest_tick(ingest);
}
