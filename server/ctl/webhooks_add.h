#ifndef CTL_WEBHOOKS_ADD_H
#define CTL_WEBHOOKS_ADD_H

#include "server/ctl/subcommand.h"

// `secureesp webhooks add`.
extern const struct option_rule webhooks_add_options[];
int webhooks_add_run(const struct subcommand_call *call, struct err *err);

#endif
