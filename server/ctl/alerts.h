#ifndef CTL_ALERTS_H
#define CTL_ALERTS_H

#include "server/ctl/subcommand.h"

extern const struct subcommand alerts_subcommands[];

#endif
