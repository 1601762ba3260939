// `secureesp backup`.
#include "server/ctl/backup.h"

#include "server/ctl/backup_create.h"
#include "server/ctl/backup_list.h"
#include "server/ctl/backup_restore.h"
#include "server/ctl/backup_verify.h"

const struct subcommand backup_subcommands[] = {
    {"backup", "create",
        "FILE | --into FOLDER [--keep N] [--keys] [--passphrase-file FILE] [--force] [--json]",
        "write all that the daemon has to a file", backup_create_options, 0, 1, backup_create_run},
    {"backup", "verify", "FILE [--passphrase-file FILE] [--json]",
        "say whether a backup is whole, and what it holds", backup_verify_options, 1, 1,
        backup_verify_run},
    {"backup", "list", "FOLDER [--json]", "list the backups in a folder", NULL, 1, 1,
        backup_list_run},
    {"backup", "restore", "FILE [--passphrase-file FILE] [--root FOLDER] [--json]",
        "put a backup back on a machine that has nothing yet", backup_restore_options, 1, 1,
        backup_restore_command},
    {0},
};
