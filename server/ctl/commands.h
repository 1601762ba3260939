#ifndef CTL_COMMANDS_H
#define CTL_COMMANDS_H

#include "server/ctl/subcommand.h"

// secureesp command MAC|--all NAME, command list, command show
extern const struct subcommand commands_subcommands[];

#endif
