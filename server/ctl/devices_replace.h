#ifndef CTL_DEVICES_REPLACE_H
#define CTL_DEVICES_REPLACE_H

#include "server/ctl/options.h"
#include "server/ctl/subcommand.h"

// `devices replace`: gives one device the place of another.
extern const struct option_rule devices_replace_options[];
int devices_replace_run(const struct subcommand_call *call, struct err *err);

#endif
