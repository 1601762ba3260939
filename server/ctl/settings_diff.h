#ifndef CTL_SETTINGS_DIFF_H
#define CTL_SETTINGS_DIFF_H

#include <jansson.h>

#include "server/ctl/subcommand.h"

// Runs `secureesp settings diff`.
int settings_diff_run(const struct subcommand_call *call, struct err *err);

// What is another between two lists of layers, as the API describes them: an array of "scope",
// "name", "member", "before", "after", the last two null where nothing was said. A new reference;
// NULL without memory.
json_t *settings_diff_make(const json_t *before, const json_t *after);

#endif
