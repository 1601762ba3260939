// Reads a backup's file.
#include "server/ctl/backup_source.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/file.h"
#include "server/ctl/backup_progress.h"
#include "server/pki/age_reader.h"

#define BLOCK_BYTES 65536

static int open_file(const char *path, struct stat *st, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    int rc;

    if (fd < 0)
        return file_fail(err, "cannot open", path);
    if (fstat(fd, st) == 0 && S_ISREG(st->st_mode))
        return fd;
    rc = err_set(err, ERR_INVALID, "%s is not a regular file", path);
    close(fd);
    return rc;
}

static bool is_age(int fd)
{
    uint8_t look[AGE_READER_LOOK];
    ssize_t n = pread(fd, look, sizeof look, 0);

    return n > 0 && age_reader_is_age(look, (size_t)n);
}

int backup_source_is_encrypted(const char *path, struct err *err)
{
    struct stat st;
    int fd = open_file(path, &st, err);

    if (fd < 0)
        return fd;

    int encrypted = is_age(fd);

    close(fd);
    return encrypted;
}

static int pump(const struct backup_source *source, int fd, const struct sink *to,
    struct backup_progress *progress, struct err *err)
{
    char block[BLOCK_BYTES];
    ssize_t n;
    int rc = 0;

    while (rc == 0 && (n = read(fd, block, sizeof block)) != 0) {
        if (n < 0 && errno != EINTR)
            return err_set(err, ERR_IO, "cannot read %s: %m", source->path);
        if (n > 0)
            rc = to->write(block, (size_t)n, to->ctx, err);
        backup_progress_add(progress, n > 0 ? n : 0);
    }
    backup_progress_end(progress);
    return rc;
}

static int pump_encrypted(const struct backup_source *source, int fd, const struct sink *to,
    struct backup_progress *progress, struct err *err)
{
    struct age_reader *reader;
    int rc;

    if (source->passphrase == NULL || source->passphrase[0] == '\0')
        return err_set(err, ERR_INVALID, "it is encrypted, and no passphrase is given");
    rc = age_reader_open(source->passphrase, to, &reader, err);
    if (rc < 0)
        return rc;

    struct sink sink = {age_reader_write, reader};

    rc = pump(source, fd, &sink, progress, err);
    if (rc == 0)
        rc = age_reader_end(reader, err);
    age_reader_free(reader);
    return rc;
}

static int read_all(const struct backup_source *source, int fd, const struct stat *st,
    const struct archive_reader_events *events, struct err *err)
{
    struct backup_progress progress = {.what = source->doing, .total_bytes = st->st_size};
    struct archive_reader *reader;
    int rc = archive_reader_open(events, &reader, err);

    if (rc < 0)
        return rc;

    struct sink to = {archive_reader_write, reader};

    rc = is_age(fd) ? pump_encrypted(source, fd, &to, &progress, err)
                    : pump(source, fd, &to, &progress, err);
    if (rc == 0)
        rc = archive_reader_end(reader, err);
    archive_reader_free(reader);
    return rc;
}

int backup_source_read(
    const struct backup_source *source, const struct archive_reader_events *events, struct err *err)
{
    struct stat st;
    int fd = open_file(source->path, &st, err);

    if (fd < 0)
        return fd;

    int rc = read_all(source, fd, &st, events, err);

    close(fd);
    return rc < 0 ? err_context(err, "%s", source->path) : 0;
}
