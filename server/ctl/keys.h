#ifndef CTL_KEYS_H
#define CTL_KEYS_H

#include <jansson.h>

#include "server/ctl/subcommand.h"
#include "server/ctl/text.h"

// secureesp keys add, list
extern const struct subcommand keys_subcommands[];

// Writes what a key is called: its name, or "?" and the start of its id if it is not among the
// known; "-" for no key. A long name is cut.
#define KEYS_LABEL_SIZE 64
void keys_label(const json_t *key, char out[KEYS_LABEL_SIZE]);

#endif
