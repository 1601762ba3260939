#ifndef CTL_SETTINGS_H
#define CTL_SETTINGS_H

#include "server/ctl/subcommand.h"

// secureesp settings show, history, diff, set, unset, patch, revert, schema
extern const struct subcommand settings_subcommands[];

#endif
