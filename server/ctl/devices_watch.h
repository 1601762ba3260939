#ifndef CTL_DEVICES_WATCH_H
#define CTL_DEVICES_WATCH_H

#include <jansson.h>

#include "server/ctl/subcommand.h"

// secureesp devices watch: until it is interrupted.
int devices_watch_run(const struct subcommand_call *call, struct err *err);

// The names of the members that differ between two states of a device and are worth telling;
// before is NULL for a device that was not there. A new array, or NULL without memory.
json_t *devices_watch_compare(const json_t *before, const json_t *after);

#endif
