#ifndef CTL_IMAGE_ADD_H
#define CTL_IMAGE_ADD_H

#include "server/ctl/subcommand.h"

// secureesp images add
extern const struct option_rule image_add_options[];
int image_add_run(const struct subcommand_call *call, struct err *err);

#endif
