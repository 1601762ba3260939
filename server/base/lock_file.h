#ifndef BASE_LOCK_FILE_H
#define BASE_LOCK_FILE_H

#include "server/base/err.h"

// Takes a file as the sign that this process alone works on something; made if need be, mode 0600.
// It is free again when *fd is closed or the process ends, however it ends. ERR_CONFLICT if another
// process has it, ERR_IO.
ERR_CHECKED int lock_file_take(const char *path, int *fd, struct err *err);

#endif
