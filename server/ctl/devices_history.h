#ifndef DEVICES_HISTORY_H
#define DEVICES_HISTORY_H

#include "server/ctl/listing.h"
#include "server/ctl/options.h"
#include "server/ctl/subcommand.h"

extern const struct option_rule devices_history_options[];
int devices_history_run(const struct subcommand_call *call, struct err *err);

// A table of hours, as the API has them.
extern const struct listing devices_history_listing;

#endif
