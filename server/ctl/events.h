#ifndef CTL_EVENTS_H
#define CTL_EVENTS_H

#include "server/ctl/subcommand.h"

// secureesp events: what happened to devices, and what happens.
extern const struct subcommand events_subcommands[];

#endif
