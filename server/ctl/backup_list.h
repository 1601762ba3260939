#ifndef CTL_BACKUP_LIST_H
#define CTL_BACKUP_LIST_H

#include "server/base/err.h"
#include "server/ctl/subcommand.h"

// `secureesp backup list`.
int backup_list_run(const struct subcommand_call *call, struct err *err);

#endif
