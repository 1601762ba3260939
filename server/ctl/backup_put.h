#ifndef CTL_BACKUP_PUT_H
#define CTL_BACKUP_PUT_H

#include <stdbool.h>
#include <sys/types.h>

#include "server/archive/tar_header.h"
#include "server/ctl/backup_paths.h"
#include "server/base/tree.h"

// Writes the files of a backup: those of a folder of its own into another one beside it, which is
// to get its name when it is whole.

#define BACKUP_PUT_STAGE ".restore"      // behind the folder's name
#define BACKUP_PUT_OLD ".before-restore" // behind the name of a file that was another

struct backup_put {
    const struct backup_paths *paths;
    bool is_wanted[BACKUP_PATHS_COUNT]; // the backup has something for that place
    bool has_owner[BACKUP_PATHS_COUNT];
    struct tree_owner owner[BACKUP_PATHS_COUNT]; // of its first file
    // The file that is under way.
    int place;
    int fd;
    char path[PATH_MAX];
    char target[PATH_MAX]; // "": it is written in its place
    int64_t files;
};

// The folder in which a place is put together; "" if it is none of its own.
void backup_put_stage(const struct backup_put *put, size_t place, char out[PATH_MAX]);

// As the events of archive_reader.h. Owners and groups are given by their names if this is root:
// ERR_NOT_FOUND if the machine does not know one. What has no place is left out.
ERR_CHECKED int backup_put_begin(
    struct backup_put *put, const struct tar_header *header, struct err *err);
ERR_CHECKED int backup_put_add(struct backup_put *put, const void *p, size_t n, struct err *err);
ERR_CHECKED int backup_put_end(struct backup_put *put, struct err *err);

#endif
