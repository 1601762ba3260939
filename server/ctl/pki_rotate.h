#ifndef CTL_PKI_ROTATE_H
#define CTL_PKI_ROTATE_H

#include "server/ctl/subcommand.h"

// As struct subcommand has them.
extern const struct option_rule pki_rotate_options[];
int pki_rotate_run(const struct subcommand_call *call, struct err *err);

#endif
