#ifndef CTL_WIFI_SET_H
#define CTL_WIFI_SET_H

#include "server/ctl/subcommand.h"

extern const struct option_rule wifi_set_options[];

// Runs `secureesp wifi set`.
int wifi_set_run(const struct subcommand_call *call, struct err *err);

#endif
