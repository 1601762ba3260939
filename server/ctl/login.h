#ifndef CTL_LOGIN_H
#define CTL_LOGIN_H

#include "server/ctl/subcommand.h"

// secureesp login
extern const struct subcommand login_subcommands[];

#endif
