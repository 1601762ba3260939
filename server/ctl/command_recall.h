#ifndef CTL_COMMAND_RECALL_H
#define CTL_COMMAND_RECALL_H

#include "server/ctl/subcommand.h"

// secureesp command cancel ID|MAC...
int command_recall_run(const struct subcommand_call *call, struct err *err);

#endif
