#ifndef CTL_DEVICE_MARKS_H
#define CTL_DEVICE_MARKS_H

#include <jansson.h>

#include "server/ctl/subcommand.h"

// What a list of devices does not say by itself: their groups and channels, each from a list of its
// own.

// Sets the members `groups` (an array of names) and `channel` of all devices of an array, as far as
// --columns or --sort name them. ERR_NO_MEMORY, errors of client.h.
int device_marks_add(const struct subcommand_call *call, json_t *devices, struct err *err);

#endif
