// Folders that only this user and root can change.
#include "server/base/own_folder.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// What the path is, of this user or root.
static int look_at(const char *path, struct stat *st, struct err *err)
{
    if (stat(path, st) < 0)
        return err_set(
            err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "cannot look at folder %s: %m", path);
    if (st->st_uid == 0 || st->st_uid == geteuid())
        return 0;
    return err_set(err, ERR_DENIED,
        "folder %s belongs to another user (%u), who may change what is in it; chown it, or choose "
        "another",
        path, (unsigned)st->st_uid);
}

static int check_above(const char *path, struct err *err)
{
    struct stat st;
    int rc = look_at(path, &st, err);

    if (rc < 0)
        return rc;
    if ((st.st_mode & S_IWOTH) != 0 && (st.st_mode & S_ISVTX) == 0)
        return err_set(err, ERR_DENIED,
            "folder %s can be written by everybody; 'chmod o-w' it, or choose another place", path);
    return 0;
}

int own_folder_check(const char *path, struct err *err)
{
    char above[PATH_MAX];
    struct stat st;
    int rc = look_at(path, &st, err);

    if (rc < 0)
        return rc;
    if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return err_set(err, ERR_DENIED,
            "folder %s can be written by others; 'chmod go-w' it, and look what they put there",
            path);
    if (realpath(path, above) == NULL)
        return err_set(err, ERR_IO, "cannot look at folder %s: %m", path);

    for (char *slash = strrchr(above, '/'); rc == 0 && slash != NULL; slash = strrchr(above, '/')) {
        *slash = '\0';
        rc = check_above(above[0] != '\0' ? above : "/", err);
    }
    return rc;
}
