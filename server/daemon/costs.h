#ifndef COSTS_H
#define COSTS_H

#include "server/daemon/config.h"
#include "server/daemon/disk_watch.h"
#include "server/daemon/housekeeping.h"
#include "server/ingest/ingest.h"
#include "server/store/store.h"

// How long history is kept.
void costs_read_retention(const struct config *config, struct housekeeping_settings *out);

// Bounds what devices cost, by the settings in use and the room on the disk, and tells of what is
// over. Each second, on one thread.
void costs_tick(struct ingest *ingest, struct disk_watch *disk, const struct config *config,
    struct store *store);

#endif
