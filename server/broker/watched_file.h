#ifndef WATCHED_FILE_H
#define WATCHED_FILE_H

#include <stdbool.h>
#include <stdint.h>

// Tells when a file is to be read again. All zero but the path at the start.
struct watched_file {
    const char *path;
    uint64_t stamp[7];
    bool is_known;
    bool is_young; // it was changed shortly before it was looked at
};

// Whether it is another than at the call before, by what stat(2) says; the first time, too. A file
// that was changed less than a second before is said to be another once more a second later: within
// one tick of the file system's clock nothing shows.
bool watched_file_is_other(struct watched_file *file, int64_t system_ms);

#endif
