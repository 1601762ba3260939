#ifndef SETTINGS_FLEET_COMPUTE_H
#define SETTINGS_FLEET_COMPUTE_H

#include <jansson.h>

#include "server/base/err.h"
#include "server/settings/settings_fleet.h"

// Judges what a device would get beyond settings_judge_whole().
typedef int settings_fleet_judge(const json_t *effective, void *ctx, struct err *err);

// Fills in the hashes. With a judge, the first file that is refused is an error, ERR_INVALID: also
// one for devices that may come, with nothing of their own and in no group or in one.
ERR_CHECKED int settings_fleet_compute(
    struct settings_fleet *fleet, settings_fleet_judge *judge, void *ctx, struct err *err);

#endif
