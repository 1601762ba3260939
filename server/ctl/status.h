#ifndef CTL_STATUS_H
#define CTL_STATUS_H

#include "server/ctl/subcommand.h"

// secureesp status
extern const struct subcommand status_subcommands[];

#endif
