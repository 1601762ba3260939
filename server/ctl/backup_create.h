#ifndef CTL_BACKUP_CREATE_H
#define CTL_BACKUP_CREATE_H

#include "server/base/err.h"
#include "server/ctl/subcommand.h"

// `secureesp backup create`.
extern const struct option_rule backup_create_options[];
int backup_create_run(const struct subcommand_call *call, struct err *err);

#endif
