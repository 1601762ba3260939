#ifndef DEVICES_MARK_H
#define DEVICES_MARK_H

#include "server/base/err.h"
#include "server/ctl/options.h"
#include "server/ctl/subcommand.h"

#define DEVICES_MARK_MAX 1000 // devices at a time

// As struct subcommand has it: tags, and what else an operator says of devices.
extern const struct option_rule devices_mark_tag_options[];
extern const struct option_rule devices_mark_hold_options[];
extern const struct option_rule devices_mark_pin_options[];
extern const struct option_rule devices_mark_end_options[]; // of a hold or pin
extern const struct option_rule devices_mark_channel_options[];
extern const struct option_rule devices_mark_canary_options[];
int devices_mark_run_tag(const struct subcommand_call *call, struct err *err);
int devices_mark_run_hold(const struct subcommand_call *call, struct err *err);
int devices_mark_run_unhold(const struct subcommand_call *call, struct err *err);
int devices_mark_run_pin(const struct subcommand_call *call, struct err *err);
int devices_mark_run_channel(const struct subcommand_call *call, struct err *err);
int devices_mark_run_unpin(const struct subcommand_call *call, struct err *err);
int devices_mark_run_canary(const struct subcommand_call *call, struct err *err);

#endif
