#ifndef CTL_BACKUP_PASSPHRASE_H
#define CTL_BACKUP_PASSPHRASE_H

#include <stdbool.h>

#include "server/base/err.h"

#define BACKUP_PASSPHRASE_SIZE 1024
#define BACKUP_PASSPHRASE_OPTION                                                                   \
    {                                                                                              \
        "passphrase-file", OPTION_VALUE, "FILE", "its passphrase is the first line of FILE"        \
    }

// The passphrase of a new backup: the first line of a file, or, where that is NULL and standard
// input is a terminal, asked for there twice. "" without either, or if nothing is typed.
// ERR_INVALID if a file has none, if both that are typed differ, or if it is too long; errors of
// file_read(). The caller wipes it.
ERR_CHECKED int backup_passphrase_choose(
    const char *file, char out[BACKUP_PASSPHRASE_SIZE], struct err *err);

// The one of a backup that there is: asked for once. ERR_INVALID without a file or a terminal.
ERR_CHECKED int backup_passphrase_get(
    const char *file, char out[BACKUP_PASSPHRASE_SIZE], struct err *err);

#endif
