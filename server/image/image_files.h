#ifndef IMAGE_FILES_H
#define IMAGE_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"

// Image files, stored by their SHA-256 as FOLDER/ab/abcdef...: no name from outside becomes a path.

// Stores an image durably; the same content twice is no error.
ERR_CHECKED int image_files_put(
    const char *folder, const char *sha256, const uint8_t *p, size_t n, struct err *err);

// Makes a stored image be in another folder, too, in which it is found by the same functions: as a
// link where the file system has them, else as a copy. ERR_NOT_FOUND if it is not stored.
ERR_CHECKED int image_files_link(
    const char *folder, const char *sha256, const char *other, struct err *err);

// Removes a stored image that no image of the fleet refers to any more; that none is there is no
// error.
ERR_CHECKED int image_files_remove(const char *folder, const char *sha256, struct err *err);

// Reads a stored image; the caller frees *out. Errors of file_read(); ERR_INVALID if that is no
// SHA-256.
ERR_CHECKED int image_files_read(
    const char *folder, const char *sha256, uint8_t **out, size_t *size, struct err *err);

// Removes what a daemon that was killed while it stored an image left unfinished. Only while nobody
// else stores one.
void image_files_sweep(const char *folder);

// Whether anything is stored there.
bool image_files_any(const char *folder);

#endif
