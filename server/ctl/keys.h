#ifndef CTL_KEYS_H
#define CTL_KEYS_H

#include <jansson.h>

#include "server/ctl/subcommand.h"
#include "server/ctl/text.h"

// secureesp keys add, remove, list
extern const struct subcommand keys_subcommands[];

// Writes what a key is called: its name, or "?" and the start of its id if it is not among the
// known; "-" for no key. A long name is cut.
#define KEYS_LABEL_SIZE 64
void keys_label(const json_t *key, char out[KEYS_LABEL_SIZE]);

// Refuses a file of which a part is a private key, and says how to get at the public one: it must
// not travel, not even to our own daemon. pem: with a NUL behind it.
ERR_CHECKED int keys_refuse_private(
    const char *path, const uint8_t *pem, size_t n, struct err *err);

#endif
