#ifndef CTL_GROUPS_H
#define CTL_GROUPS_H

#include "server/ctl/subcommand.h"

// secureesp groups list, set, remove
extern const struct subcommand groups_subcommands[];

#endif
