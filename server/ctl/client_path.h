#ifndef CTL_CLIENT_PATH_H
#define CTL_CLIENT_PATH_H

#include "server/base/err.h"
#include "server/ctl/client_target.h"

// Whether each part of a path, as url_segment() makes it, can be a name: what a person gave is
// refused here, by its name, where the daemon could only say that there is no such path. What
// follows '?' is not looked at. ERR_INVALID: one is empty, has a '/', or has more bytes
// than a name.
ERR_CHECKED int client_path_check(const char *path, struct err *err);

// The URL of such a path, with its query, at a target. ERR_INVALID also if it is too long;
// ERR_NO_MEMORY if the path is NULL.
#define CLIENT_PATH_URL_SIZE 8192
ERR_CHECKED int client_path_join(const struct client_target *target, const char *path,
    char out[CLIENT_PATH_URL_SIZE], struct err *err);

#endif
