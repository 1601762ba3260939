#ifndef CTL_TOKENS_H
#define CTL_TOKENS_H

#include "server/ctl/subcommand.h"

// `secureesp tokens`.
extern const struct subcommand tokens_subcommands[];

#endif
