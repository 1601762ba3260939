#ifndef CTL_BACKUP_LOCAL_H
#define CTL_BACKUP_LOCAL_H

#include <stdbool.h>

#include "server/archive/archive_writer.h"
#include "server/ctl/backup_paths.h"

// The part of a backup that the daemon cannot read, and this process can: files of this machine.

// Adds the configuration of signer and broker, as far as there is one that may be read; with keys
// also the folder of the CA, and the signer's. `sent`: what the daemon sent, which is not added
// once more. Files whose names a backup cannot have, and hidden ones, are left out, and it says so
// on standard error. ERR_NOT_FOUND if there is no CA, ERR_DENIED; errors of archive_file_add().
struct backup_local {
    const struct backup_paths *paths;
    const struct archive_list *sent;
    bool with_keys;
};
ERR_CHECKED int backup_local_add(
    struct archive_writer *writer, const struct backup_local *local, struct err *err);

#endif
