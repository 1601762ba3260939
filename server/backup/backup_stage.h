#ifndef BACKUP_STAGE_H
#define BACKUP_STAGE_H

#include <stdbool.h>

#include "server/base/err.h"

// A folder in state_dir that holds what a backup is made of, as of one moment: a copy of the
// database, and the images that this refers to.

#define BACKUP_STAGE_DATABASE "secureesp.db"

// What is to be put there.
struct backup_stage_wish {
    const char *state_dir;
    bool (*goes_on)(void *ctx); // as store_copy_wish
    void *ctx;
};

// Makes the folder and fills it; the caller frees *out, its path, after backup_stage_remove(). An
// image whose file is missing is told in the log and left out: a damaged fleet can be backed up,
// too. Images lie by their SHA-256 as in state_dir/images. ERR_IO, ERR_NO_MEMORY, ERR_UNAVAILABLE
// if it does not go on.
ERR_CHECKED int backup_stage_make(
    const struct backup_stage_wish *wish, char **out, struct err *err);
void backup_stage_remove(const char *path);

// Removes what a daemon that was killed left there. Only while none is made.
void backup_stage_sweep(const char *state_dir);

#endif
