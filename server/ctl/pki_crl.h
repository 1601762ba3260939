#ifndef CTL_PKI_CRL_H
#define CTL_PKI_CRL_H

#include "server/ctl/subcommand.h"

// `pki crl`: signs a list of the certificates that are revoked.
int pki_crl_run(const struct subcommand_call *call, struct err *err);

#endif
