#ifndef BASE_NEW_FILE_H
#define BASE_NEW_FILE_H

#include <sys/types.h>

#include "server/base/err.h"

// A file that is written piece by piece and gets its name once it is whole: whatever happens before
// that, what had the name keeps it. What a kill leaves behind, file_sweep() removes.
struct new_file;

// Makes it beside its path, of that mode. ERR_NOT_FOUND, ERR_DENIED, ERR_IO, ERR_NO_MEMORY.
ERR_CHECKED int new_file_open(
    const char *path, mode_t mode, struct new_file **out, struct err *err);

// As a sink's, with the file as ctx. ERR_IO.
ERR_CHECKED int new_file_write(const void *p, size_t n, void *ctx, struct err *err);

// The open file, for who gives it an owner.
int new_file_fd(const struct new_file *file);

// Makes it durable and gives it its name: it has it after a power cut, too, once this returns.
// ERR_IO.
ERR_CHECKED int new_file_commit(struct new_file *file, struct err *err);

// Removes it unless it has its name. NULL is allowed.
void new_file_free(struct new_file *file);

#endif
