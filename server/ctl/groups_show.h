#ifndef CTL_GROUPS_SHOW_H
#define CTL_GROUPS_SHOW_H

#include "server/ctl/subcommand.h"

// `secureesp groups show NAME`, as a subcommand runs.
int groups_show_run(const struct subcommand_call *call, struct err *err);

#endif
