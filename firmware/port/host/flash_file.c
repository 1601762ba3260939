// NOR flash as a file.
#include "firmware/port/host/flash_file.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "firmware/port/port.h"

#define CHUNK 4096

static size_t min(size_t a, size_t b)
{
    return a < b ? a : b;
}

static int write_bytes(int fd, size_t offset, const uint8_t *p, size_t n)
{
    return pwrite(fd, p, n, (off_t)offset) == (ssize_t)n ? 0 : PORT_FAILED;
}

static int fill(int fd, size_t offset, size_t end)
{
    uint8_t erased[CHUNK];

    memset(erased, 0xff, sizeof erased);
    for (size_t n; offset < end; offset += n) {
        n = min(end - offset, sizeof erased);
        if (write_bytes(fd, offset, erased, n) != 0)
            return PORT_FAILED;
    }
    return 0;
}

int flash_file_read(int fd, size_t offset, uint8_t *p, size_t n)
{
    memset(p, 0xff, n);
    return pread(fd, p, n, (off_t)offset) < 0 ? PORT_FAILED : 0;
}

int flash_file_erase(int fd, size_t offset, size_t n)
{
    struct stat status;

    if (fstat(fd, &status) != 0)
        return PORT_FAILED;
    return fill(fd, offset, min(offset + n, (size_t)status.st_size));
}

// Bits are cleared only.
static int write_chunk(int fd, size_t offset, const uint8_t *p, size_t n)
{
    uint8_t bytes[CHUNK];

    if (flash_file_read(fd, offset, bytes, n) != 0)
        return PORT_FAILED;
    for (size_t i = 0; i < n; i++)
        bytes[i] &= p[i];
    return write_bytes(fd, offset, bytes, n);
}

int flash_file_write(int fd, size_t offset, const uint8_t *p, size_t n)
{
    struct stat status;

    if (fstat(fd, &status) != 0 || fill(fd, (size_t)status.st_size, offset) != 0)
        return PORT_FAILED;
    for (size_t at = 0, part; at < n; at += part) {
        part = min(n - at, CHUNK);
        if (write_chunk(fd, offset + at, p + at, part) != 0)
            return PORT_FAILED;
    }
    return 0;
}
