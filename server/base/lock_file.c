// One process at a time.
#include "server/base/lock_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

int lock_file_take(const char *path, int *fd, struct err *err)
{
    int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    int rc;

    if (lock < 0)
        return err_set(err, ERR_IO, "cannot open %s: %m", path);
    if (flock(lock, LOCK_EX | LOCK_NB) == 0) {
        *fd = lock;
        return 0;
    }
    rc = errno == EWOULDBLOCK ? err_set(err, ERR_CONFLICT, "%s is held by another process", path)
                              : err_set(err, ERR_IO, "cannot lock %s: %m", path);
    close(lock);
    return rc;
}
