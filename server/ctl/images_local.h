#ifndef CTL_IMAGES_LOCAL_H
#define CTL_IMAGES_LOCAL_H

#include <stddef.h>
#include <stdint.h>

#include "server/ctl/subcommand.h"

// secureesp images sign, describe: they need no daemon.
extern const struct subcommand images_local_subcommands[];

// Verifies an image file with the keys of --key: `images verify FILE --key PEM`.
int images_local_verify(const struct subcommand_call *call, struct err *err);

#endif
