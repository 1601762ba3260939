#ifndef DISK_WATCH_H
#define DISK_WATCH_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "server/api/api.h"
#include "server/base/pace.h"
#include "server/daemon/config.h"
#include "server/store/store.h"

// How much room the disk below state_dir has. While it is less than a mark, history stops and the
// fleet goes on.
#define DISK_WATCH_PATH_SIZE 4096

struct disk_watch {
    pthread_mutex_t mutex; // over all but the last
    char path[DISK_WATCH_PATH_SIZE];
    int64_t min_free_percent, min_free_bytes;
    bool low;
    struct pace pace;
};

void disk_watch_init(struct disk_watch *watch, const struct config *config);
void disk_watch_clear(struct disk_watch *watch);

// The mark of a file system of so many bytes: the smaller of both settings.
uint64_t disk_watch_mark(int64_t percent, int64_t bytes, uint64_t total_bytes);

// Whether history stops: below the mark; once it has, until a quarter more than that is free.
bool disk_watch_judge(bool was_low, uint64_t free_bytes, uint64_t mark_bytes);

// Takes the settings over, looks, tells the log of a change, and each ten minutes while it lasts.
// Pages that are free in the database's file count. Each second, on one thread; returns whether
// history stops.
bool disk_watch_look(struct disk_watch *watch, const struct config *config, struct store *store);

// What others can write now. Any thread.
void disk_watch_read(struct disk_watch *watch, struct api_disk *out);

#endif
