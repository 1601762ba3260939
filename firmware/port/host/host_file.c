// Files in a device's folder.
#include "firmware/port/host/host_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "firmware/port/port.h"

int host_file_open(const char *folder, const char *name, int flags)
{
    char path[PATH_MAX];
    int n = snprintf(path, sizeof path, "%s/%s", folder, name);

    if (n < 0 || (size_t)n >= sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return open(path, flags | O_CLOEXEC, S_IRUSR | S_IWUSR);
}

int host_file_read(const char *folder, const char *name, uint8_t *p, size_t n)
{
    int fd = host_file_open(folder, name, O_RDONLY);
    struct stat status;
    size_t used = 0;
    ssize_t got = 1;

    if (fd < 0)
        return errno == ENOENT ? PORT_ABSENT : PORT_FAILED;
    while (used < n && got > 0) {
        got = read(fd, p + used, n - used);
        if (got > 0)
            used += (size_t)got;
    }
    if (got < 0 || fstat(fd, &status) != 0 || status.st_size > INT_MAX) {
        close(fd);
        return PORT_FAILED;
    }
    close(fd);
    return (size_t)status.st_size > n ? (int)status.st_size : (int)used;
}

static int write_all(int fd, const uint8_t *p, size_t n)
{
    while (n > 0) {
        ssize_t written = write(fd, p, n);

        if (written <= 0)
            return PORT_FAILED;
        p += written;
        n -= (size_t)written;
    }
    return fsync(fd) == 0 ? 0 : PORT_FAILED;
}

static int sync_folder(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc;

    if (fd < 0)
        return PORT_FAILED;
    rc = fsync(fd) == 0 ? 0 : PORT_FAILED;
    close(fd);
    return rc;
}

int host_file_write(const char *folder, const char *name, const uint8_t *p, size_t n)
{
    char aside[NAME_MAX + 1];
    char from[PATH_MAX];
    char to[PATH_MAX];
    int fd;
    int rc;

    if (snprintf(aside, sizeof aside, ".%s.tmp", name) >= (int)sizeof aside ||
        snprintf(from, sizeof from, "%s/%s", folder, aside) >= (int)sizeof from ||
        snprintf(to, sizeof to, "%s/%s", folder, name) >= (int)sizeof to)
        return PORT_FAILED;
    fd = host_file_open(folder, aside, O_WRONLY | O_CREAT | O_TRUNC);
    if (fd < 0)
        return PORT_FAILED;
    rc = write_all(fd, p, n);
    if (close(fd) != 0 || rc != 0 || rename(from, to) != 0) {
        unlink(from);
        return PORT_FAILED;
    }
    return sync_folder(folder);
}

int host_file_remove(const char *folder, const char *name)
{
    char path[PATH_MAX];
    int n = snprintf(path, sizeof path, "%s/%s", folder, name);

    if (n < 0 || (size_t)n >= sizeof path)
        return PORT_FAILED;
    if (unlink(path) != 0)
        return errno == ENOENT ? 0 : PORT_FAILED;
    return sync_folder(folder);
}
