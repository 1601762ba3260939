#ifndef REVOCATION_FILE_H
#define REVOCATION_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "server/base/err.h"

#define REVOCATION_FILE_PATH_SIZE 4096

// The file by which the broker learns who is shut out: FOLDER/revoked, which everybody may read.
// Once written it is told from what others put in its place.
struct revocation_file {
    char folder[REVOCATION_FILE_PATH_SIZE];
    char path[REVOCATION_FILE_PATH_SIZE + 8];
    bool is_written;
    struct stat written; // by us, last
};

// ERR_INVALID if the path is too long.
ERR_CHECKED int revocation_file_init(
    struct revocation_file *file, const char *folder, struct err *err);

// The number of the list that is there; 0 if there is none, none that can be read, or one that is
// damaged, as its number cannot be reached. Removes what a writer left that was cut short.
uint64_t revocation_file_begin(struct revocation_file *file);

// Replaces it, so that it is there whole and stays (fsync), and its folder with it. As
// file_replace().
ERR_CHECKED int revocation_file_write(
    struct revocation_file *file, const char *text, size_t n, struct err *err);

// Whether what was written last is there still.
bool revocation_file_is_there(const struct revocation_file *file);

#endif
