#ifndef CTL_WEBHOOKS_H
#define CTL_WEBHOOKS_H

#include "server/ctl/subcommand.h"

extern const struct subcommand webhooks_subcommands[];

#endif
