#ifndef CTL_PKI_DEVICE_H
#define CTL_PKI_DEVICE_H

#include "server/ctl/subcommand.h"

// `pki device`: issues devices' certificates.
int pki_device_run(const struct subcommand_call *call, struct err *err);

#endif
