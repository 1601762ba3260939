#ifndef CTL_PKI_LIST_H
#define CTL_PKI_LIST_H

#include "server/ctl/subcommand.h"

// `pki list`: the certificates that the daemon knows.
int pki_list_run(const struct subcommand_call *call, struct err *err);

#endif
