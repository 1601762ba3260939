#ifndef CTL_IMAGES_LOCAL_H
#define CTL_IMAGES_LOCAL_H

#include <stddef.h>
#include <stdint.h>

#include "server/ctl/subcommand.h"
#include "server/pki/public_key.h"

#define IMAGES_LOCAL_KEYS_MAX 16

// secureesp images sign, describe: they need no daemon.
extern const struct subcommand images_local_subcommands[];

// Verifies an image file with the keys of --key: `images verify FILE --key PEM`.
int images_local_verify(const struct subcommand_call *call, struct err *err);

// Reads the public keys of an option that may be repeated, at most IMAGES_LOCAL_KEYS_MAX.
// ERR_INVALID and errors of the file; SUBCOMMAND_USAGE with its message if there are none, or more.
int images_local_read_keys(const struct options *options, const char *option,
    struct public_key *keys, size_t *count, struct err *err);

#endif
