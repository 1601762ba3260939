#ifndef DEVICES_KEY_H
#define DEVICES_KEY_H

#include "server/base/err.h"
#include "server/ctl/options.h"
#include "server/ctl/subcommand.h"

// As struct subcommand has it.
extern const struct option_rule devices_key_options[];
int devices_key_run(const struct subcommand_call *call, struct err *err);

#endif
