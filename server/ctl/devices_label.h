#ifndef DEVICES_LABEL_H
#define DEVICES_LABEL_H

#include <jansson.h>

#include "server/ctl/options.h"
#include "server/ctl/subcommand.h"

// As struct subcommand has it; and what `devices show` says of it, null or not there: nothing.
extern const struct option_rule devices_label_options[];
int devices_label_run(const struct subcommand_call *call, struct err *err);
void devices_label_show(const json_t *label);

#endif
