// Attempts, ever more seldom.
#include "server/revocation/revocation_retry.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#define ROOM_BYTES (UINT64_C(1024) * 1024) // free again: worth an attempt

static void add_stat(uint64_t stamp[6], const struct stat *st)
{
    stamp[0] = (uint64_t)st->st_dev;
    stamp[1] = (uint64_t)st->st_ino;
    stamp[2] = (uint64_t)st->st_mode;
    stamp[3] = (uint64_t)st->st_uid << 32 | st->st_gid;
    stamp[4] = (uint64_t)st->st_ctim.tv_sec;
    stamp[5] = (uint64_t)st->st_ctim.tv_nsec;
}

// All that tells that writing may go well now: the folder, what is in the list's place, and the
// file system.
static void look(const struct revocation_file *file, uint64_t stamp[16])
{
    struct statvfs vfs;
    struct stat st;

    memset(stamp, 0, 16 * sizeof *stamp);
    if (stat(file->folder, &st) == 0)
        add_stat(stamp, &st);
    if (lstat(file->path, &st) == 0)
        add_stat(stamp + 6, &st);
    if (statvfs(file->folder, &vfs) < 0)
        return;
    stamp[12] = 1;
    stamp[13] = vfs.f_flag & ST_RDONLY;
    stamp[14] = (uint64_t)vfs.f_bavail * vfs.f_frsize >= ROOM_BYTES;
    stamp[15] = vfs.f_favail > 0;
}

void revocation_retry_note(
    struct revocation_retry *retry, const struct revocation_file *file, int64_t now_ms)
{
    retry->delay_ms = retry->delay_ms == 0 ? REVOCATION_RETRY_FIRST_MS : retry->delay_ms * 2;
    if (retry->delay_ms > REVOCATION_RETRY_MAX_MS)
        retry->delay_ms = REVOCATION_RETRY_MAX_MS;
    retry->next_ms = now_ms + retry->delay_ms;
    look(file, retry->stamp);
}

bool revocation_retry_is_due(
    const struct revocation_retry *retry, const struct revocation_file *file, int64_t now_ms)
{
    uint64_t stamp[16];

    if (now_ms >= retry->next_ms)
        return true;
    look(file, stamp);
    return memcmp(stamp, retry->stamp, sizeof stamp) != 0;
}
