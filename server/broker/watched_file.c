// When a file is to be read again.
#include "server/broker/watched_file.h"

#include <string.h>
#include <sys/stat.h>

#define YOUNG_MS 1000

static int64_t milliseconds(struct timespec t)
{
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

bool watched_file_is_other(struct watched_file *file, int64_t system_ms)
{
    struct stat st;
    uint64_t stamp[sizeof file->stamp / sizeof file->stamp[0]] = {0};
    int64_t changed_ms = INT64_MIN;

    if (stat(file->path, &st) == 0) {
        stamp[0] = 1;
        stamp[1] = (uint64_t)st.st_dev;
        stamp[2] = (uint64_t)st.st_ino;
        stamp[3] = (uint64_t)st.st_size;
        stamp[4] = (uint64_t)st.st_ctim.tv_sec;
        stamp[5] = (uint64_t)st.st_ctim.tv_nsec;
        stamp[6] = (uint64_t)milliseconds(st.st_mtim);
        changed_ms = milliseconds(st.st_ctim);
    }

    bool is_young = changed_ms > system_ms - YOUNG_MS && changed_ms <= system_ms;
    bool is_other = !file->is_known || memcmp(stamp, file->stamp, sizeof stamp) != 0 ||
                    (file->is_young && !is_young);

    memcpy(file->stamp, stamp, sizeof stamp);
    file->is_known = true;
    file->is_young = is_young;
    return is_other;
}
