// Whole files: read, replaced safely.
#include "server/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int fail(struct err *err, const char *what, const char *path)
{
    int code = errno == ENOENT                     ? ERR_NOT_FOUND
               : errno == EACCES || errno == EPERM ? ERR_DENIED
                                                   : ERR_IO;

    return err_set(err, code, "%s %s: %m", what, path);
}

static int read_all(int fd, uint8_t *p, size_t n, size_t *got)
{
    *got = 0;
    while (*got < n) {
        ssize_t r = read(fd, p + *got, n - *got);

        if (r < 0 && errno == EINTR)
            continue;
        if (r < 0)
            return -1;
        if (r == 0)
            return 0;
        *got += (size_t)r;
    }
    return 0;
}

int file_read(const char *path, size_t max_bytes, uint8_t **out, size_t *size, struct err *err)
{
    int rc;
    uint8_t *p = NULL;
    struct stat st;
    size_t got = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0 || fstat(fd, &st) < 0) {
        rc = fail(err, "cannot open", path);
        goto cleanup;
    }
    if (!S_ISREG(st.st_mode)) {
        rc = err_set(err, ERR_INVALID, "%s is not a regular file", path);
        goto cleanup;
    }
    if ((uint64_t)st.st_size > max_bytes) {
        rc = err_set(err, ERR_TOO_LARGE, "%s is larger than %zu bytes", path, max_bytes);
        goto cleanup;
    }
    p = malloc((size_t)st.st_size + 1);
    if (p == NULL) {
        rc = err_set(err, ERR_NO_MEMORY, "no memory for %s", path);
        goto cleanup;
    }
    if (read_all(fd, p, (size_t)st.st_size, &got) < 0) {
        rc = fail(err, "cannot read", path);
        goto cleanup;
    }
    p[got] = '\0';
    *out = p;
    *size = got;
    p = NULL;
    rc = 0;
cleanup:
    free(p);
    if (fd >= 0)
        close(fd);
    return rc;
}

int file_write_all(int fd, const void *p, size_t n)
{
    const uint8_t *rest = p;

    while (n > 0) {
        ssize_t w = write(fd, rest, n);

        if (w < 0 && errno == EINTR)
            continue;
        if (w < 0)
            return -1;
        rest += w;
        n -= (size_t)w;
    }
    return 0;
}

int file_sync_folder_of(const char *path, struct err *err)
{
    char copy[PATH_MAX];

    if ((size_t)snprintf(copy, sizeof copy, "%s", path) >= sizeof copy)
        return err_set(err, ERR_INVALID, "path too long: %s", path);

    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc = fd < 0 || fsync(fd) < 0 ? fail(err, "cannot sync the folder of", path) : 0;

    if (fd >= 0)
        close(fd);
    return rc;
}

// What a new file is to be like.
struct look {
    mode_t mode;
    bool has_owner;
    uid_t user;
    gid_t group;
};

static int give_look(int fd, const struct look *look)
{
    // The owner first: chown(2) takes set-user-ID bits away.
    if (look->has_owner && fchown(fd, look->user, look->group) < 0)
        return -1;
    return fchmod(fd, look->mode);
}

static int replace(
    const char *path, const uint8_t *p, size_t n, const struct look *look, struct err *err)
{
    char temporary[PATH_MAX];

    if ((size_t)snprintf(temporary, sizeof temporary, "%s.XXXXXX", path) >= sizeof temporary)
        return err_set(err, ERR_INVALID, "path too long: %s", path);

    int fd = mkostemp(temporary, O_CLOEXEC); // mode 0600 until all is written

    if (fd < 0)
        return fail(err, "cannot create", temporary);

    int failed = file_write_all(fd, p, n) < 0 || give_look(fd, look) < 0 || fsync(fd) < 0;

    failed |= close(fd) < 0;
    if (failed || rename(temporary, path) < 0) {
        int rc = fail(err, "cannot write", path);

        unlink(temporary);
        return rc;
    }
    return file_sync_folder_of(path, err);
}

// Whether a file may be replaced; *st is of the one that is there, and st_nlink 0 if none is.
static int look_at(const char *path, struct stat *st, struct err *err)
{
    if (lstat(path, st) < 0) {
        st->st_nlink = 0;
        return errno == ENOENT ? 0 : fail(err, "cannot look at", path);
    }
    if (!S_ISREG(st->st_mode))
        return err_set(err, ERR_CONFLICT,
            "%s is not a regular file, and is not replaced; name another, or remove it", path);
    return 0;
}

int file_replace(const char *path, const uint8_t *p, size_t n, mode_t mode, struct err *err)
{
    struct look look = {.mode = mode};
    struct stat st;
    int rc = look_at(path, &st, err);

    return rc < 0 ? rc : replace(path, p, n, &look, err);
}

int file_replace_keep(const char *path, const uint8_t *p, size_t n, mode_t mode, struct err *err)
{
    struct look look = {.mode = mode};
    struct stat st;
    int rc = look_at(path, &st, err);

    if (rc < 0)
        return rc;
    if (st.st_nlink > 0)
        look = (struct look){st.st_mode & 0777, true, st.st_uid, st.st_gid};
    rc = replace(path, p, n, &look, err);
    return rc == ERR_DENIED ? err_context(err, "%s keeps its owner and mode", path) : rc;
}

static int write_into(const char *path, const uint8_t *p, size_t n, struct err *err)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);

    if (fd < 0)
        return fail(err, "cannot open", path);

    int failed = file_write_all(fd, p, n) < 0;
    int rc = (close(fd) < 0) | failed ? fail(err, "cannot write", path) : 0;

    return rc;
}

int file_output(const char *path, const uint8_t *p, size_t n, mode_t mode, struct err *err)
{
    char target[PATH_MAX];
    struct stat st;

    if (stat(path, &st) == 0 && (S_ISCHR(st.st_mode) || S_ISFIFO(st.st_mode)))
        return write_into(path, p, n, err);
    // A link that leads nowhere stays a link: realpath(3) fails, and it is refused.
    return file_replace_keep(realpath(path, target) != NULL ? target : path, p, n, mode, err);
}

int file_make_folder(const char *path, mode_t mode, struct err *err)
{
    char copy[PATH_MAX];
    struct stat st;

    if ((size_t)snprintf(copy, sizeof copy, "%s", path) >= sizeof copy)
        return err_set(err, ERR_INVALID, "path too long: %s", path);
    for (char *p = copy + 1; *p != '\0'; p++) {
        if (*p != '/')
            continue;
        *p = '\0';
        if (mkdir(copy, mode) < 0 && errno != EEXIST)
            return fail(err, "cannot make folder", copy);
        *p = '/';
    }
    if (mkdir(copy, mode) == 0)
        return 0;
    if (errno != EEXIST)
        return fail(err, "cannot make folder", copy);
    if (stat(copy, &st) < 0)
        return fail(err, "cannot use folder", copy); // a link that leads nowhere
    return S_ISDIR(st.st_mode) ? 0 : err_set(err, ERR_CONFLICT, "%s exists and is not a folder", copy);
}
