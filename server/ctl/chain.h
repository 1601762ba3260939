#ifndef CTL_CHAIN_H
#define CTL_CHAIN_H

#include "server/ctl/subcommand.h"

// secureesp chain
extern const struct subcommand chain_subcommands[];

#endif
