// The database's file, as others may write over it.
#include "server/store/store_overwrite.h"

#include <string.h>
#include <unistd.h>

#define SALTS_AT 32
#define FILLED_AT 96
#define ATTEMPTED_AT 128
#define INDEX_SIZE 132

static bool read_index(int fd, struct store_overwrite_index *out)
{
    uint8_t bytes[INDEX_SIZE];

    if (pread(fd, bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return false;
    memcpy(out->salts, bytes + SALTS_AT, sizeof out->salts);
    memcpy(&out->filled, bytes + FILLED_AT, sizeof out->filled);
    memcpy(&out->attempted, bytes + ATTEMPTED_AT, sizeof out->attempted);
    return true;
}

// No checkpoint has begun, or ended, since.
static bool is_same_index(
    const struct store_overwrite_index *a, const struct store_overwrite_index *b)
{
    return a->salts[0] == b->salts[0] && a->salts[1] == b->salts[1] && a->filled == b->filled &&
           a->attempted == b->attempted;
}

static bool is_same_file(const struct stat *a, const struct stat *b)
{
    return a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
           a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

int store_overwrite_check(
    struct store_overwrite *overwrite, int fd, const char *path, struct err *err)
{
    struct store_overwrite_index before, after;
    struct stat file;

    // In this order: a checkpoint that wrote between two looks at the file then always shows.
    if (overwrite->index_fd < 0 || !read_index(overwrite->index_fd, &before) ||
        fstat(fd, &file) < 0 || !read_index(overwrite->index_fd, &after))
        return 0;
    // While one is under way, or broke off, nothing can be told.
    if (overwrite->is_marked && overwrite->index.filled == overwrite->index.attempted &&
        !is_same_file(&overwrite->file, &file) && is_same_index(&overwrite->index, &after))
        overwrite->is_found = true;
    overwrite->is_marked = true;
    overwrite->index = before;
    overwrite->file = file;
    return overwrite->is_found
               ? err_set(err, ERR_UNAVAILABLE,
                     "another program wrote over %.200s under the daemon, nothing is written any "
                     "more: stop the daemon, put a backup in its place, remove its -wal and -shm, "
                     "and start; if nothing but its time was changed, start the daemon again",
                     path)
               : 0;
}
