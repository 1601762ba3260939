#ifndef CTL_PKI_REVOKE_H
#define CTL_PKI_REVOKE_H

#include "server/ctl/options.h"
#include "server/ctl/subcommand.h"

// `pki revoke`: shuts out one certificate, of anybody.
extern const struct option_rule pki_revoke_options[];
int pki_revoke_run(const struct subcommand_call *call, struct err *err);

#endif
