#ifndef CTL_SETUP_H
#define CTL_SETUP_H

#include "server/ctl/subcommand.h"

// secureesp setup
extern const struct subcommand setup_subcommands[];

#endif
