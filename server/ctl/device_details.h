#ifndef CTL_DEVICE_DETAILS_H
#define CTL_DEVICE_DETAILS_H

#include <jansson.h>

#include "server/ctl/subcommand.h"

// Shows one device with its commands, events and hours.
int device_details_show(const struct subcommand_call *call, const json_t *answer, struct err *err);

#endif
