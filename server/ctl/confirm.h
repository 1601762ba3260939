#ifndef CONFIRM_H
#define CONFIRM_H

#include <stdbool.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/ctl/subcommand.h"

// Whether a change is to be made on so many devices: tells how many they are, and asks unless
// --yes is given. what: as "firmware". SUBCOMMAND_OK; SUBCOMMAND_USAGE with a hint if there is no
// terminal to ask at; ERR_NOT_FOUND if there are none, ERR_CONFLICT if the answer is not yes.
int confirm_change(
    const struct subcommand_call *call, int64_t devices, const char *what, struct err *err);

// Whether a line that was typed means yes: "y" or "yes", in any case.
bool confirm_is_yes(const char *line);

#endif
