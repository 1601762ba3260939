#ifndef COMMAND_TIMES_H
#define COMMAND_TIMES_H

#include "server/command/command_patience.h"
#include "server/daemon/config.h"

// How long commands are waited for, by section [commands].
struct command_patience command_times_of(const struct config *config);

#endif
