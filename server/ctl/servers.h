#ifndef CTL_SERVERS_H
#define CTL_SERVERS_H

#include "server/ctl/subcommand.h"

// secureesp servers list, use, remove
extern const struct subcommand servers_subcommands[];

#endif
