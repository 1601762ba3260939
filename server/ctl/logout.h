#ifndef CTL_LOGOUT_H
#define CTL_LOGOUT_H

#include "server/ctl/subcommand.h"

// secureesp logout
extern const struct subcommand logout_subcommands[];

#endif
