#ifndef CTL_DEVICES_H
#define CTL_DEVICES_H

#include <jansson.h>

#include "server/ctl/subcommand.h"
#include "server/ctl/table.h"
#include "server/ctl/url.h"

// secureesp devices list, show, watch
extern const struct subcommand devices_subcommands[];

// Starts the path of a list with --online, --offline and --image; the caller clears it. Returns as
// a subcommand does.
int devices_list_path(const struct options *options, struct url *out, struct err *err);

// The table of an array of devices; NULL without memory.
struct table *devices_table(const json_t *devices, int64_t now_ms);

#endif
