#ifndef CTL_BOARDS_H
#define CTL_BOARDS_H

#include "server/ctl/subcommand.h"

// secureesp boards ...
extern const struct subcommand boards_subcommands[];

#endif
