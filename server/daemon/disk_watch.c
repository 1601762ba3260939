// How much room the disk has.
#include "server/daemon/disk_watch.h"

#include <stdio.h>
#include <sys/statvfs.h>

#include "server/base/log.h"
#include "server/store/space_store.h"

#define REMIND_MS 600000

void disk_watch_init(struct disk_watch *watch, const struct config *config)
{
    *watch = (struct disk_watch){
        .min_free_percent = config->min_free_percent, .min_free_bytes = config->min_free_bytes};
    snprintf(watch->path, sizeof watch->path, "%s", config->state_dir);
    pthread_mutex_init(&watch->mutex, NULL);
}

void disk_watch_clear(struct disk_watch *watch)
{
    pthread_mutex_destroy(&watch->mutex);
}

uint64_t disk_watch_mark(int64_t percent, int64_t bytes, uint64_t total_bytes)
{
    uint64_t part = total_bytes / 100 * (uint64_t)percent;

    return part < (uint64_t)bytes ? part : (uint64_t)bytes;
}

bool disk_watch_judge(bool was_low, uint64_t free_bytes, uint64_t mark_bytes)
{
    return free_bytes < mark_bytes + (was_low ? mark_bytes / 4 : 0);
}

// A file system of which nothing can be learned has room.
static struct api_disk look(const struct disk_watch *watch)
{
    struct api_disk room = {.low = watch->low, .free_bytes = INT64_MAX};
    struct statvfs fs;

    if (statvfs(watch->path, &fs) < 0)
        return room;
    room.free_bytes = (uint64_t)fs.f_bavail * fs.f_frsize;
    room.kept_bytes = disk_watch_mark(
        watch->min_free_percent, watch->min_free_bytes, (uint64_t)fs.f_blocks * fs.f_frsize);
    return room;
}

static uint64_t read_spare(struct store *store)
{
    struct store_connection *connection;
    int64_t bytes = 0;

    if (store_read_begin(store, &connection, NULL) < 0)
        return 0;

    int rc = space_store_spare(connection, &bytes, NULL);

    store_read_end(store, connection);
    return rc == 0 && bytes > 0 ? (uint64_t)bytes : 0;
}

static void tell(struct disk_watch *watch, const struct api_disk *room, bool is_new)
{
    bool low = room->low;

    if (low && (pace_is_due(&watch->pace, REMIND_MS) || is_new))
        log_error("daemon",
            "the disk is nearly full free_bytes=%llu kept_free_bytes=%llu path=%s: history stops, "
            "everything else goes on; make room, or lower min_free_percent or min_free_bytes of "
            "[retention]",
            (unsigned long long)room->free_bytes, (unsigned long long)room->kept_bytes,
            watch->path);
    else if (!low && is_new)
        log_info("daemon", "the disk has room again free_bytes=%llu: history resumes",
            (unsigned long long)room->free_bytes);
}

bool disk_watch_look(struct disk_watch *watch, const struct config *config, struct store *store)
{
    bool was_low = watch->low; // which this thread alone writes, as all the rest
    struct api_disk room;

    pthread_mutex_lock(&watch->mutex);
    watch->min_free_percent = config->min_free_percent;
    watch->min_free_bytes = config->min_free_bytes;
    pthread_mutex_unlock(&watch->mutex);
    room = look(watch);
    room.low = disk_watch_judge(was_low, room.free_bytes, room.kept_bytes) &&
               disk_watch_judge(was_low, room.free_bytes + read_spare(store), room.kept_bytes);
    pthread_mutex_lock(&watch->mutex);
    watch->low = room.low;
    pthread_mutex_unlock(&watch->mutex);
    tell(watch, &room, room.low != was_low);
    return room.low;
}

void disk_watch_read(struct disk_watch *watch, struct api_disk *out)
{
    pthread_mutex_lock(&watch->mutex);
    *out = look(watch);
    pthread_mutex_unlock(&watch->mutex);
}
