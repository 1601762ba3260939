// A database's file, from outside.
#include "server/store/store_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/store/store_migrate.h"

#define HEADER_SIZE 100 // "The Database Header" of SQLite's file format
#define VERSION_AT 60   // user_version
#define SCHEMA_AT 40    // the schema's cookie, 0 without tables

static uint32_t read_u32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int check_header(const char *path, const uint8_t *p, ssize_t n, struct err *err)
{
    static const char magic[] = "SQLite format 3";

    if (n == 0) // SQLite takes it for a new one
        return 0;
    if (n < HEADER_SIZE || memcmp(p, magic, sizeof magic) != 0)
        return err_set(err, ERR_INVALID, "%s is not an SQLite database", path);

    return store_migrate_judge((int32_t)read_u32(p + VERSION_AT), read_u32(p + SCHEMA_AT), err);
}

int store_file_check(const char *path, struct err *err)
{
    uint8_t header[HEADER_SIZE];
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0 && errno == ENOENT && lstat(path, &st) == 0)
        return err_set(err, ERR_INVALID, "%s is a link that leads nowhere", path);
    if (fd < 0 && errno == ENOENT)
        return 0;
    if (fd < 0 || access(path, W_OK) < 0) {
        int rc = err_set(err, ERR_DENIED, "cannot open %s for reading and writing: %m", path);

        if (fd >= 0)
            close(fd);
        return rc;
    }

    ssize_t n = pread(fd, header, sizeof header, 0);

    close(fd);
    return n < 0 ? err_set(err, ERR_IO, "cannot read %s: %m", path)
                 : check_header(path, header, n, err);
}

int store_file_is_new(const char *path, bool *is_new, struct err *err)
{
    char log[4096];
    struct stat st;

    if ((size_t)snprintf(log, sizeof log, "%s-wal", path) >= sizeof log)
        return err_set(err, ERR_INVALID, "%.64s...: path too long", path);
    *is_new = stat(path, &st) < 0 ? errno == ENOENT : st.st_size == 0;
    if (*is_new && stat(log, &st) == 0 && st.st_size > 0)
        return err_set(err, ERR_CONFLICT,
            "%s is missing or empty, but its log %s is there: put the database back, or move the "
            "log away to start over",
            path, log);
    return 0;
}
