#ifndef CTL_DOCTOR_H
#define CTL_DOCTOR_H

#include <stdbool.h>

#include "server/ctl/subcommand.h"

// secureesp doctor
extern const struct subcommand doctor_subcommands[];

// Looks at everything of the machine that is set up, and prints what it finds. Whether nothing
// fails.
bool doctor_look(const struct subcommand_call *call);

#endif
