#ifndef CTL_ENROLMENTS_H
#define CTL_ENROLMENTS_H

#include "server/ctl/subcommand.h"

// secureesp enrolments
extern const struct subcommand enrolments_subcommands[];

#endif
