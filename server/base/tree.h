#ifndef BASE_TREE_H
#define BASE_TREE_H

#include <stdbool.h>
#include <sys/types.h>

#include "server/base/err.h"

// Folders, with all that is in them. Links are not followed.

// Whether there is anything in it but empty folders; false of what is not there.
bool tree_has_files(const char *path);

// Removes it; that there is none is no error. ERR_IO.
ERR_CHECKED int tree_remove(const char *path, struct err *err);

// Gives all folders in it, and itself, an owner. ERR_IO.
struct tree_owner {
    uid_t user;
    gid_t group;
};
ERR_CHECKED int tree_give(const char *path, const struct tree_owner *owner, struct err *err);

// Calls each() with each regular file in it that is not hidden, nor in a hidden folder, and the
// path below it, until that returns non-zero, which is then returned. ERR_NOT_FOUND, ERR_DENIED,
// ERR_IO.
ERR_CHECKED int tree_each_file(const char *path,
    int (*each)(const char *file, const char *below, void *ctx), void *ctx, struct err *err);

// Makes all that was written in it durable (syncfs(2)). ERR_IO.
ERR_CHECKED int tree_sync(const char *path, struct err *err);

// Whether two files hold the same.
bool tree_is_same_file(const char *a, const char *b);

#endif
