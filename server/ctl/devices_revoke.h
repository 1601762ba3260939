#ifndef CTL_DEVICES_REVOKE_H
#define CTL_DEVICES_REVOKE_H

#include "server/base/err.h"
#include "server/ctl/options.h"
#include "server/ctl/subcommand.h"

// secureesp devices revoke, readmit
extern const struct option_rule devices_revoke_options[];
int devices_revoke_run(const struct subcommand_call *call, struct err *err);
int devices_revoke_run_readmit(const struct subcommand_call *call, struct err *err);

#endif
