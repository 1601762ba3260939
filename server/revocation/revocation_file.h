#ifndef REVOCATION_FILE_H
#define REVOCATION_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "server/base/err.h"
#include "server/model/revocation_list.h"

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

// What a start finds.
enum revocation_file_state {
    REVOCATION_FILE_NONE,
    REVOCATION_FILE_WHOLE,
    REVOCATION_FILE_DAMAGED, // or not to be read
};

struct revocation_file_found {
    enum revocation_file_state state;
    uint64_t number;               // that it bears; 0 if it bears none that one of ours can
    char *text;                    // of n bytes, and
    size_t n;                      // what they say, of a whole one
    struct revocation_list *list;  // else NULL
    char reason[ERR_MESSAGE_SIZE]; // why it is not whole, or ""
};

// Looks at the list that is there, and removes what a writer left that was cut short. One that is
// damaged is kept beside its place, as FOLDER/revoked.damaged. ERR_NO_MEMORY.
ERR_CHECKED int revocation_file_begin(
    struct revocation_file *file, struct revocation_file_found *out, struct err *err);
void revocation_file_found_clear(struct revocation_file_found *found);

// Replaces it, so that it is there whole and stays (fsync), and its folder with it. As
// file_replace().
ERR_CHECKED int revocation_file_write(
    struct revocation_file *file, const char *text, size_t n, struct err *err);

// Whether what was written last is there still.
bool revocation_file_is_there(const struct revocation_file *file);

#endif
