// Keys and certificates on disk.
#include "server/pki/credential_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/file.h"

static int conflict(const char *path, struct err *err)
{
    return err_set(err, ERR_CONFLICT, "%s exists; it is replaced only with --force", path);
}

static int fail(const char *what, const char *path, struct err *err)
{
    int code = errno == EACCES || errno == EPERM ? ERR_DENIED : ERR_IO;

    return err_set(err, code, "cannot %s %s: %m", what, path);
}

int credential_file_write(
    const char *path, const char *text, mode_t mode, bool force, struct err *err)
{
    if (force)
        return file_replace_keep(path, (const uint8_t *)text, strlen(text), mode, err);

    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, CREDENTIAL_FILE_SECRET);

    if (fd < 0)
        return errno == EEXIST ? conflict(path, err) : fail("create", path, err);

    int failed = file_write_all(fd, text, strlen(text)) < 0 || fchmod(fd, mode) < 0;

    failed |= close(fd) < 0;
    if (failed) {
        int rc = fail("write", path, err);

        unlink(path);
        return rc;
    }
    return 0;
}

int credential_file_is_free(const char *path, struct err *err)
{
    struct stat st;

    return lstat(path, &st) == 0 ? conflict(path, err) : 0;
}

int credential_file_sync(const char *folder, struct err *err)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return fail("open", folder, err);

    int rc = syncfs(fd) < 0 ? fail("sync", folder, err) : 0;

    close(fd);
    return rc;
}
