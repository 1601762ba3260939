#ifndef CTL_BACKUP_PATHS_H
#define CTL_BACKUP_PATHS_H

#include <limits.h>

#include "server/base/err.h"
#include "server/ctl/options.h"

// Where on a machine what a backup holds belongs.

enum backup_paths_kind {
    BACKUP_PATHS_FOLDER, // a folder of its own, which is put back as a whole
    BACKUP_PATHS_FILE,   // a file that others may have put there, too
    BACKUP_PATHS_EXTRA,  // files of a folder that others are in
};

struct backup_paths_place {
    enum backup_paths_kind kind;
    const char *name;   // of a member of the backup, or its beginning, with a slash
    const char *option; // that names another path; NULL: there is none
    const char *path;   // as it is installed
    int is_daemons;     // the daemon itself sends it
    int is_of_keys;     // goes with --keys alone
    int is_of_one_user; // who has its files has its folders
};

#define BACKUP_PATHS_COUNT 7
extern const struct backup_paths_place backup_paths_places[BACKUP_PATHS_COUNT];

// The paths, in the same order.
struct backup_paths {
    char at[BACKUP_PATHS_COUNT][PATH_MAX];
};

// By the options --root, --state, --config and --pki, each of which may be missing. ERR_INVALID if
// one is too long.
ERR_CHECKED int backup_paths_fill(
    const struct options *options, struct backup_paths *out, struct err *err);

// The place of a member, -1 if there is none; *rest is what follows the beginning of its name.
int backup_paths_find(const char *member, const char **rest);

#endif
