#ifndef CTL_BACKUP_H
#define CTL_BACKUP_H

#include "server/ctl/subcommand.h"

extern const struct subcommand backup_subcommands[];

#endif
