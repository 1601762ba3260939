#ifndef CTL_KEYS_ROTATE_H
#define CTL_KEYS_ROTATE_H

#include "server/base/err.h"
#include "server/ctl/subcommand.h"

// secureesp keys rotate: as struct subcommand has it.
int keys_rotate_run(const struct subcommand_call *call, struct err *err);

#endif
