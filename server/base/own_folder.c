// Folders that only this user and root can change.
#include "server/base/own_folder.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int check_owner(const char *path, const struct stat *st, struct err *err)
{
    if (st->st_uid == 0 || st->st_uid == geteuid())
        return 0;
    return err_set(err, ERR_DENIED,
        "folder %s belongs to another user (%u), who may change what is in it; chown it, or choose "
        "another",
        path, (unsigned)st->st_uid);
}

// What the path is, of this user or root.
static int look_at(const char *path, struct stat *st, struct err *err)
{
    if (stat(path, st) < 0)
        return err_set(
            err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "cannot look at folder %s: %m", path);
    return check_owner(path, st, err);
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

// A link leads elsewhere once whoever owns it, or may write where it lies, says so.
static int check_link(const char *link, struct err *err)
{
    char folder[PATH_MAX];
    struct stat st;

    if (lstat(link, &st) < 0 || !S_ISLNK(st.st_mode)) // what is not there, others find
        return 0;

    int rc = check_owner(link, &st, err);

    snprintf(folder, sizeof folder, "%s", link);
    return rc < 0 ? rc : check_above(dirname(folder), err);
}

static int check_links(const char *path, struct err *err)
{
    char prefix[PATH_MAX];
    int rc = 0;

    for (size_t n = 1; rc == 0 && n <= strlen(path); n++) {
        if (path[n] != '/' && path[n] != '\0')
            continue;
        if ((size_t)snprintf(prefix, sizeof prefix, "%.*s", (int)n, path) >= sizeof prefix)
            return err_set(err, ERR_INVALID, "path too long: %s", path);
        rc = check_link(prefix, err);
    }
    return rc;
}

int own_folder_check(const char *path, struct err *err)
{
    char above[PATH_MAX];
    struct stat st;
    int rc = look_at(path, &st, err);

    if (rc == 0 && !S_ISDIR(st.st_mode))
        rc = err_set(err, ERR_INVALID, "%s is not a folder", path);
    if (rc == 0)
        rc = check_links(path, err);
    if (rc < 0)
        return rc;
    if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return err_set(err, ERR_DENIED,
            "folder %s can be written by others; 'chmod go-w' it, and look at what they put there",
            path);
    if (realpath(path, above) == NULL)
        return err_set(err, ERR_IO, "cannot look at folder %s: %m", path);

    for (char *slash = strrchr(above, '/'); rc == 0 && slash != NULL; slash = strrchr(above, '/')) {
        *slash = '\0';
        rc = check_above(above[0] != '\0' ? above : "/", err);
    }
    return rc;
}
