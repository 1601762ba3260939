#ifndef CTL_DEVICES_H
#define CTL_DEVICES_H

#include "server/ctl/subcommand.h"
#include "server/ctl/url.h"

// secureesp devices list, show, watch
extern const struct subcommand devices_subcommands[];

// Starts the path of a list with --online, --offline and --image; the caller clears it. Returns as
// a subcommand does.
int devices_list_path(const struct options *options, struct url *out, struct err *err);

#endif
