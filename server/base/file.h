#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "server/base/err.h"

// Reads a whole file of at most max_bytes. *out is NUL-terminated behind its *size bytes; the
// caller frees it. ERR_NOT_FOUND, ERR_DENIED, ERR_INVALID (no regular file), ERR_TOO_LARGE, ERR_IO
// or ERR_NO_MEMORY.
ERR_CHECKED int file_read(
    const char *path, size_t max_bytes, uint8_t **out, size_t *size, struct err *err);

// Replaces a file so that after a power cut either the old or the new one is there (temporary file,
// fsync, rename, fsync of the folder). mode is the new file's from its first moment on. What is
// there and no regular file, as a device, FIFO, folder or link, is left alone: ERR_CONFLICT.
ERR_CHECKED int file_replace(
    const char *path, const uint8_t *p, size_t n, mode_t mode, struct err *err);

// The same, but a file that is there already keeps its owner, group and mode; ERR_DENIED if this
// user may not give them.
ERR_CHECKED int file_replace_keep(
    const char *path, const uint8_t *p, size_t n, mode_t mode, struct err *err);

// Removes what those two left behind when a crash or a power cut came between: of that file, or of
// any in its folder. These are called NAME.XXXXXX.tmp, and are locked while they are written, so
// that it may be called at any time. What cannot be removed stays.
void file_sweep(const char *path);
void file_sweep_folder_of(const char *path);

// Writes what a person names as output, as a compiler does: follows links, replaces a regular file
// (keeping its owner and mode) or makes one of that mode, and writes into a device or FIFO that is
// there. Sweeps, too.
ERR_CHECKED int file_output(
    const char *path, const uint8_t *p, size_t n, mode_t mode, struct err *err);

// Writes all n bytes, however many calls that takes; -1 and errno if one fails.
ERR_CHECKED int file_write_all(int fd, const void *p, size_t n);

// Says by errno that what, as "cannot open", failed with a path: ERR_NOT_FOUND, ERR_DENIED or
// ERR_IO.
int file_fail(struct err *err, const char *what, const char *path);

// Makes the names in the folder that holds a path survive a power cut (fsync): what was created,
// renamed or removed there.
ERR_CHECKED int file_sync_folder_of(const char *path, struct err *err);

// Makes a folder and those above it, as `mkdir -p`; mode is for those that it makes.
ERR_CHECKED int file_make_folder(const char *path, mode_t mode, struct err *err);

#endif
