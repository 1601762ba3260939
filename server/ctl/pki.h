#ifndef CTL_PKI_H
#define CTL_PKI_H

#include "server/ctl/subcommand.h"

// secureesp pki ...
extern const struct subcommand pki_subcommands[];

#endif
