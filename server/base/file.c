// Whole files: read, replaced safely.
#include "server/base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

// A temporary file is called NAME.XXXXXX.tmp.
#define RANDOM_LETTERS 6
#define TEMPORARY_END ".tmp"
#define TEMPORARY_TAIL (sizeof "." - 1 + RANDOM_LETTERS + sizeof TEMPORARY_END - 1)

int file_fail(struct err *err, const char *what, const char *path)
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
        rc = file_fail(err, "cannot open", path);
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
        rc = file_fail(err, "cannot read", path);
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
    int rc = fd < 0 || fsync(fd) < 0 ? file_fail(err, "cannot sync the folder of", path) : 0;

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

// Makes a temporary file, of mode 0600, and locks it, so that nobody takes it for one that was left
// behind. Should somebody have been faster, it makes another.
static int open_temporary(const char *path, char temporary[PATH_MAX], struct err *err)
{
    for (;;) {
        struct stat st;

        if (snprintf(temporary, PATH_MAX, "%s.XXXXXX" TEMPORARY_END, path) >= PATH_MAX)
            return err_set(err, ERR_INVALID, "path too long: %s", path);

        int fd = mkostemps(temporary, (int)sizeof TEMPORARY_END - 1, O_CLOEXEC);

        if (fd < 0)
            return file_fail(err, "cannot create", temporary);
        // Without locks, as on some network file systems, nothing is swept either.
        if (flock(fd, LOCK_EX) < 0 || fstat(fd, &st) < 0 || st.st_nlink > 0)
            return fd;
        close(fd);
    }
}

static int replace(
    const char *path, const uint8_t *p, size_t n, const struct look *look, struct err *err)
{
    char temporary[PATH_MAX];
    int fd = open_temporary(path, temporary, err);
    int rc = 0;

    if (fd < 0)
        return fd;

    int lock = fcntl(fd, F_DUPFD_CLOEXEC, 0); // until it has its name
    int failed =
        lock < 0 || file_write_all(fd, p, n) < 0 || give_look(fd, look) < 0 || fsync(fd) < 0;

    failed |= close(fd) < 0;
    if (failed || rename(temporary, path) < 0) {
        rc = file_fail(err, "cannot write", path);
        unlink(temporary);
    }
    if (lock >= 0)
        close(lock);
    return rc < 0 ? rc : file_sync_folder_of(path, err);
}

// Whether an entry of a folder is called as a temporary file of one of that name; NULL: of any.
static bool is_temporary(const char *entry, const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    size_t n = strlen(entry);

    if (n <= TEMPORARY_TAIL)
        return false;
    n -= TEMPORARY_TAIL;
    if (entry[n] != '.' || strspn(entry + n + 1, letters) != RANDOM_LETTERS ||
        strcmp(entry + n + 1 + RANDOM_LETTERS, TEMPORARY_END) != 0)
        return false;
    return name == NULL || (strlen(name) == n && memcmp(entry, name, n) == 0);
}

// Unless somebody is still writing it.
static void remove_left(int folder, const char *entry)
{
    struct stat st;
    int fd = openat(folder, entry, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

    if (fd < 0)
        return;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && flock(fd, LOCK_EX | LOCK_NB) == 0)
        unlinkat(folder, entry, 0);
    close(fd);
}

static void sweep(const char *path, bool is_for_all)
{
    char folder[PATH_MAX];
    char name[PATH_MAX];
    DIR *dir;
    const struct dirent *entry;

    if ((size_t)snprintf(folder, sizeof folder, "%s", path) >= sizeof folder)
        return;
    strcpy(name, folder);
    dir = opendir(dirname(folder));

    const char *base = is_for_all ? NULL : basename(name);

    // NOLINTNEXTLINE(concurrency-mt-unsafe): glibc's may be called for different folders
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        if (is_temporary(entry->d_name, base))
            remove_left(dirfd(dir), entry->d_name);
    }
    if (dir != NULL)
        closedir(dir);
}

void file_sweep(const char *path)
{
    sweep(path, false);
}

void file_sweep_folder_of(const char *path)
{
    sweep(path, true);
}

// Whether a file may be replaced; *st is of the one that is there, and st_nlink 0 if none is.
static int look_at(const char *path, struct stat *st, struct err *err)
{
    if (lstat(path, st) < 0) {
        st->st_nlink = 0;
        return errno == ENOENT ? 0 : file_fail(err, "cannot look at", path);
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
        return file_fail(err, "cannot open", path);

    int failed = file_write_all(fd, p, n) < 0;
    int rc = (close(fd) < 0) | failed ? file_fail(err, "cannot write", path) : 0;

    return rc;
}

int file_output(const char *path, const uint8_t *p, size_t n, mode_t mode, struct err *err)
{
    char target[PATH_MAX];
    struct stat st;

    if (stat(path, &st) == 0 && (S_ISCHR(st.st_mode) || S_ISFIFO(st.st_mode)))
        return write_into(path, p, n, err);
    // A link that leads nowhere stays a link: realpath(3) fails, and it is refused.
    if (realpath(path, target) != NULL)
        path = target;
    file_sweep(path);
    return file_replace_keep(path, p, n, mode, err);
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
            return file_fail(err, "cannot make folder", copy);
        *p = '/';
    }
    if (mkdir(copy, mode) == 0)
        return 0;
    if (errno != EEXIST)
        return file_fail(err, "cannot make folder", copy);
    if (stat(copy, &st) < 0)
        return file_fail(err, "cannot use folder", copy); // a link that leads nowhere
    return S_ISDIR(st.st_mode) ? 0
                               : err_set(err, ERR_CONFLICT, "%s exists and is not a folder", copy);
}
