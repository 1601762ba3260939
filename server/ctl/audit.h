#ifndef CTL_AUDIT_H
#define CTL_AUDIT_H

#include "server/ctl/subcommand.h"

// `secureesp audit`: who has changed what.
extern const struct subcommand audit_subcommands[];

#endif
