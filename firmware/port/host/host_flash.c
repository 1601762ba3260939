// Flash as files of a folder.
#include "firmware/port/host/host_flash.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "firmware/port/host/flash_file.h"

// -1 on failure, with errno.
static int open_region(const char *folder, enum port_region region, int flags)
{
    static const char *const names[] = {
        [PORT_SLOT_0] = "slot0.bin",
        [PORT_SLOT_1] = "slot1.bin",
        [PORT_FILES] = "files.bin",
    };
    char path[PATH_MAX];
    int n = snprintf(path, sizeof path, "%s/%s", folder, names[region]);

    if (n < 0 || (size_t)n >= sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return open(path, flags | O_CLOEXEC, S_IRUSR | S_IWUSR);
}

int host_flash_read(
    const char *folder, enum port_region region, size_t offset, uint8_t *p, size_t n)
{
    int fd = open_region(folder, region, O_RDONLY);
    int rc;

    if (fd < 0 && errno == ENOENT) {
        memset(p, 0xff, n);
        return 0;
    }
    if (fd < 0)
        return PORT_FAILED;
    rc = flash_file_read(fd, offset, p, n);
    close(fd);
    return rc;
}

int host_flash_erase(const char *folder, enum port_region region, size_t sector_offset)
{
    int fd = open_region(folder, region, O_RDWR | O_CREAT);
    int rc;

    if (fd < 0)
        return PORT_FAILED;
    if (region != PORT_FILES && sector_offset == 0)
        rc = ftruncate(fd, 0) == 0 ? 0 : PORT_FAILED;
    else
        rc = flash_file_erase(fd, sector_offset, HOST_FLASH_SECTOR);
    close(fd);
    return rc;
}

int host_flash_write(
    const char *folder, enum port_region region, size_t offset, const uint8_t *p, size_t n)
{
    int fd = open_region(folder, region, O_RDWR | O_CREAT);
    int rc;

    if (fd < 0)
        return PORT_FAILED;
    rc = flash_file_write(fd, offset, p, n);
    return close(fd) == 0 ? rc : PORT_FAILED;
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

int host_flash_sync(const char *folder, enum port_region region)
{
    int fd = open_region(folder, region, O_RDONLY);
    int rc;

    if (fd < 0)
        return PORT_FAILED;
    rc = fsync(fd) == 0 ? 0 : PORT_FAILED;
    close(fd);
    return rc == 0 ? sync_folder(folder) : PORT_FAILED; // the file may be new in it
}

size_t host_flash_factory_size(const char *folder)
{
    int fd = open_region(folder, PORT_SLOT_0, O_RDONLY);
    struct stat status;
    size_t size = 0;

    if (fd < 0)
        return 0;
    if (fstat(fd, &status) == 0)
        size = (size_t)status.st_size;
    close(fd);
    return size;
}
