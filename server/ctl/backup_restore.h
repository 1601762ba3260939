#ifndef CTL_BACKUP_RESTORE_H
#define CTL_BACKUP_RESTORE_H

#include "server/base/err.h"
#include "server/ctl/backup_paths.h"
#include "server/ctl/backup_source.h"
#include "server/ctl/backup_verify.h"
#include "server/ctl/subcommand.h"

// Puts a backup back on a machine that has neither state nor CA yet.

struct backup_restore_wish {
    struct backup_source source;
    const struct backup_paths *paths; // backup_paths_fill()
};

struct backup_restore_report {
    struct backup_verify_report found; // archive_list_clear(&found.list)
    int64_t files;                     // that were written
};

// Looks at all of the backup first, as backup_verify_read(), then writes it beside where it
// belongs, and at last gives each folder its name, that of the daemon's state behind the others:
// what is interrupted can be run again, and comes to the same. The daemon takes the database over
// when it starts next (restored_store.h). ERR_CONFLICT with the folder in which there is something
// else already, which is left alone; ERR_NOT_FOUND if the machine does not know a user; ERR_IO.
ERR_CHECKED int backup_restore_run(
    const struct backup_restore_wish *wish, struct backup_restore_report *out, struct err *err);

// `secureesp backup restore`.
extern const struct option_rule backup_restore_options[];
int backup_restore_command(const struct subcommand_call *call, struct err *err);

#endif
