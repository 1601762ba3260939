#ifndef BASE_LOCK_FOLDER_H
#define BASE_LOCK_FOLDER_H

#include "server/base/err.h"

// Takes a folder as the sign that this process alone works on what is in it. The folder itself,
// since a file in it could be removed, and the next process would lock another of that name. It is
// free again when *fd is closed or the process ends, however it ends. ERR_CONFLICT if another
// process has it, ERR_IO.
ERR_CHECKED int lock_folder_take(const char *path, int *fd, struct err *err);

#endif
