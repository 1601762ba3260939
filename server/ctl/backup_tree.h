#ifndef CTL_BACKUP_TREE_H
#define CTL_BACKUP_TREE_H

#include <stdbool.h>
#include <sys/types.h>

#include "server/base/err.h"

// Folders, with all that is in them. Links are not followed.

// Whether there is anything in it but empty folders; false of what is not there.
bool backup_tree_has_files(const char *path);

// Removes it; that there is none is no error. ERR_IO.
ERR_CHECKED int backup_tree_remove(const char *path, struct err *err);

// Gives all folders in it, and itself, an owner. ERR_IO.
struct backup_tree_owner {
    uid_t user;
    gid_t group;
};
ERR_CHECKED int backup_tree_give(
    const char *path, const struct backup_tree_owner *owner, struct err *err);

// Makes all that was written in it durable (syncfs(2)). ERR_IO.
ERR_CHECKED int backup_tree_sync(const char *path, struct err *err);

// Whether two files hold the same.
bool backup_tree_is_same_file(const char *a, const char *b);

#endif
