// A file that gets its name once it is whole.
#include "server/base/new_file.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/file.h"

#define END ".tmp" // with the letters before it as file_sweep() looks for them

struct new_file {
    char *path;
    char *temporary;
    int fd;
    bool is_named;
};

// Locked, so that nobody takes it for one that was left behind.
static int make(struct new_file *file, mode_t mode, struct err *err)
{
    file->fd = mkostemps(file->temporary, (int)sizeof END - 1, O_CLOEXEC);
    if (file->fd < 0)
        return file_fail(err, "cannot create", file->path);
    if (flock(file->fd, LOCK_EX) < 0 || fchmod(file->fd, mode) < 0)
        return file_fail(err, "cannot create", file->path);
    return 0;
}

int new_file_open(const char *path, mode_t mode, struct new_file **out, struct err *err)
{
    struct new_file *file = calloc(1, sizeof *file);
    int rc;

    if (file == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for a file");
    file->fd = -1;
    file->path = strdup(path);
    if (file->path == NULL || asprintf(&file->temporary, "%s.XXXXXX" END, path) < 0) {
        file->temporary = NULL;
        new_file_free(file);
        return err_set(err, ERR_NO_MEMORY, "no memory for a file");
    }
    rc = make(file, mode, err);
    if (rc < 0) {
        new_file_free(file);
        return rc;
    }
    *out = file;
    return 0;
}

int new_file_write(const void *p, size_t n, void *ctx, struct err *err)
{
    const struct new_file *file = ctx;

    return file_write_all(file->fd, p, n) < 0 ? file_fail(err, "cannot write", file->path) : 0;
}

int new_file_fd(const struct new_file *file)
{
    return file->fd;
}

int new_file_commit(struct new_file *file, struct err *err)
{
    if (fsync(file->fd) < 0)
        return file_fail(err, "cannot write", file->path);
    if (rename(file->temporary, file->path) < 0)
        return file_fail(err, "cannot write", file->path);
    file->is_named = true;
    return file_sync_folder_of(file->path, err);
}

void new_file_free(struct new_file *file)
{
    if (file == NULL)
        return;
    if (file->temporary != NULL && file->fd >= 0 && !file->is_named)
        unlink(file->temporary);
    if (file->fd >= 0)
        close(file->fd);
    free(file->temporary);
    free(file->path);
    free(file);
}
