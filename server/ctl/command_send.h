#ifndef CTL_COMMAND_SEND_H
#define CTL_COMMAND_SEND_H

#include "server/ctl/subcommand.h"

// secureesp command MAC|--all NAME
int command_send_run(const struct subcommand_call *call, struct err *err);

#endif
