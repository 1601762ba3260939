// Files of a backup.
#include "server/archive/archive_file.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/file.h"

#define BLOCK_BYTES 65536
#define NAMES_BYTES 4096 // of an entry of passwd(5) or group(5)

static void name_owner(uid_t uid, char out[TAR_HEADER_OWNER_SIZE])
{
    char buffer[NAMES_BYTES];
    struct passwd entry, *found = NULL;

    if (getpwuid_r(uid, &entry, buffer, sizeof buffer, &found) == 0 && found != NULL)
        snprintf(out, TAR_HEADER_OWNER_SIZE, "%s", found->pw_name);
}

static void name_group(gid_t gid, char out[TAR_HEADER_OWNER_SIZE])
{
    char buffer[NAMES_BYTES];
    struct group entry, *found = NULL;

    if (getgrgid_r(gid, &entry, buffer, sizeof buffer, &found) == 0 && found != NULL)
        snprintf(out, TAR_HEADER_OWNER_SIZE, "%s", found->gr_name);
}

static int describe(
    int fd, const char *name, const char *path, struct tar_header *out, struct err *err)
{
    struct stat st;

    if (fstat(fd, &st) < 0)
        return err_set(err, ERR_IO, "cannot look at %s: %m", path);
    if (!S_ISREG(st.st_mode))
        return err_set(err, ERR_INVALID, "%s is not a regular file", path);
    *out = (struct tar_header){.size_bytes = (uint64_t)st.st_size,
        .mode = st.st_mode & 0777u,
        .changed_at_s = st.st_mtim.tv_sec};
    if ((size_t)snprintf(out->name, sizeof out->name, "%s", name) >= sizeof out->name)
        return err_set(err, ERR_INVALID, "a backup cannot hold so long a name: %s", name);
    name_owner(st.st_uid, out->owner);
    name_group(st.st_gid, out->group);
    return 0;
}

// Its size may be another by now: the writer minds.
static int add_bytes(struct archive_writer *writer, int fd, const char *path, struct err *err)
{
    char block[BLOCK_BYTES];
    ssize_t n;
    int rc = 0;

    while (rc == 0 && (n = read(fd, block, sizeof block)) != 0) {
        if (n < 0 && errno != EINTR)
            return err_set(err, ERR_IO, "cannot read %s: %m", path);
        if (n > 0)
            rc = archive_writer_add(writer, block, (size_t)n, err);
    }
    return rc;
}

int archive_file_add(
    struct archive_writer *writer, const char *name, const char *path, struct err *err)
{
    struct tar_header header;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    int rc;

    if (fd < 0)
        return file_fail(err, "cannot open", path);
    rc = describe(fd, name, path, &header, err);
    if (rc == 0)
        rc = archive_writer_begin(writer, &header, err);
    if (rc == 0)
        rc = add_bytes(writer, fd, path, err);
    close(fd);
    return rc < 0 ? rc : archive_writer_end_member(writer, err);
}
