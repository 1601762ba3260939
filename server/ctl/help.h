#ifndef CTL_HELP_H
#define CTL_HELP_H

#include "server/ctl/subcommand.h"

// secureesp help
extern const struct subcommand help_subcommands[];

#endif
