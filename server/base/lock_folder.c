// One process at a time.
#include "server/base/lock_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

// Whether the path still leads to what was opened: it may have been replaced before it was locked.
static bool is_there(const char *path, int fd)
{
    struct stat opened;
    struct stat found;

    return fstat(fd, &opened) == 0 && stat(path, &found) == 0 && opened.st_dev == found.st_dev &&
           opened.st_ino == found.st_ino;
}

int lock_folder_take(const char *path, int *fd, struct err *err)
{
    int lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc;

    if (lock < 0)
        return err_set(err, ERR_IO, "cannot open %s: %m", path);
    if (flock(lock, LOCK_EX | LOCK_NB) < 0)
        rc = errno == EWOULDBLOCK
                 ? err_set(err, ERR_CONFLICT, "%s is held by another process", path)
                 : err_set(err, ERR_IO, "cannot lock %s: %m", path);
    else if (!is_there(path, lock))
        rc = err_set(err, ERR_CONFLICT, "%s was replaced just now", path);
    else {
        *fd = lock;
        return 0;
    }
    close(lock);
    return rc;
}
