#ifndef CTL_USERS_H
#define CTL_USERS_H

#include "server/ctl/subcommand.h"

// `secureesp users`.
extern const struct subcommand users_subcommands[];

#endif
