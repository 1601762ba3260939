#ifndef CTL_IMAGES_H
#define CTL_IMAGES_H

#include "server/ctl/subcommand.h"

// secureesp images list, publish, withdraw, verify
extern const struct subcommand images_subcommands[];

#endif
