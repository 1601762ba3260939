#ifndef CTL_REGISTRY_H
#define CTL_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>

#include "server/ctl/subcommand.h"

// The i-th of all subcommands, or NULL behind the last.
const struct subcommand *registry_at(size_t i);

// The subcommand that words begin with; a group's command without a verb serves where no verb fits.
// *used is how many words name it. NULL if there is none.
const struct subcommand *registry_find(char *const *words, int count, int *used);

// Whether any subcommand is of that group.
bool registry_has_group(const char *group);

#endif
