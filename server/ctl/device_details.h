#ifndef CTL_DEVICE_DETAILS_H
#define CTL_DEVICE_DETAILS_H

#include <jansson.h>

#include "server/ctl/listing.h"
#include "server/ctl/subcommand.h"

// Shows one device with its commands, events and hours.
int device_details_show(const struct subcommand_call *call, const json_t *answer, struct err *err);

// How events are shown, one a row.
extern const struct listing device_details_events;

#endif
