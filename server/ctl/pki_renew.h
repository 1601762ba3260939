#ifndef CTL_PKI_RENEW_H
#define CTL_PKI_RENEW_H

#include "server/ctl/subcommand.h"

extern const struct option_rule pki_renew_options[];

// `pki renew`: certificates of servers and clients that end.
int pki_renew_run(const struct subcommand_call *call, struct err *err);

#endif
