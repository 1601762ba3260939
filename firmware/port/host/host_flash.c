// Flash as files.
#include "firmware/port/host/host_flash.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "firmware/port/host/host_file.h"
#include "firmware/port/port.h"

static int open_slot(const char *folder, unsigned slot, int flags)
{
    char name[16];

    snprintf(name, sizeof name, "slot%u.bin", slot);
    return host_file_open(folder, name, flags);
}

int host_flash_read(const char *folder, unsigned slot, size_t offset, uint8_t *p, size_t n)
{
    int fd = open_slot(folder, slot, O_RDONLY);
    ssize_t got;

    if (fd < 0)
        return PORT_FAILED;
    memset(p, 0xff, n);
    got = pread(fd, p, n, (off_t)offset);
    close(fd);
    return got < 0 ? PORT_FAILED : 0;
}

static int erase(int fd, size_t offset)
{
    uint8_t erased[HOST_FLASH_SECTOR];
    struct stat status;
    size_t size;

    if (offset == 0)
        return ftruncate(fd, 0) == 0 ? 0 : PORT_FAILED;
    if (fstat(fd, &status) != 0)
        return PORT_FAILED;
    size = (size_t)status.st_size;
    if (size <= offset)
        return 0;
    size = size - offset < sizeof erased ? size - offset : sizeof erased;
    memset(erased, 0xff, sizeof erased);
    return pwrite(fd, erased, size, (off_t)offset) == (ssize_t)size ? 0 : PORT_FAILED;
}

int host_flash_erase(const char *folder, unsigned slot, size_t sector_offset)
{
    int fd = open_slot(folder, slot, O_RDWR | O_CREAT);
    int rc;

    if (fd < 0)
        return PORT_FAILED;
    rc = erase(fd, sector_offset);
    close(fd);
    return rc;
}

int host_flash_write(const char *folder, unsigned slot, size_t offset, const uint8_t *p, size_t n)
{
    int fd = open_slot(folder, slot, O_WRONLY);
    ssize_t written;

    if (fd < 0)
        return PORT_FAILED;
    written = pwrite(fd, p, n, (off_t)offset);
    if (close(fd) != 0)
        return PORT_FAILED;
    return written == (ssize_t)n ? 0 : PORT_FAILED;
}

int host_flash_sync(const char *folder, unsigned slot)
{
    int fd = open_slot(folder, slot, O_RDONLY);
    int rc;

    if (fd < 0)
        return PORT_FAILED;
    rc = fsync(fd) == 0 ? 0 : PORT_FAILED;
    close(fd);
    return rc;
}

size_t host_flash_factory_size(const char *folder)
{
    int fd = open_slot(folder, 0, O_RDONLY);
    struct stat status;
    size_t size = 0;

    if (fd < 0)
        return 0;
    if (fstat(fd, &status) == 0)
        size = (size_t)status.st_size;
    close(fd);
    return size;
}

int host_flash_read_record(const char *folder, unsigned copy, uint8_t *p, size_t n)
{
    char name[16];
    int rc;

    snprintf(name, sizeof name, "slots.%u", copy);
    rc = host_file_read(folder, name, p, n);
    return rc < 0 ? rc : rc == (int)n ? 0 : PORT_FAILED;
}

int host_flash_write_record(const char *folder, unsigned copy, const uint8_t *p, size_t n)
{
    char name[16];

    snprintf(name, sizeof name, "slots.%u", copy);
    return host_file_write(folder, name, p, n);
}
