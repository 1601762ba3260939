#ifndef ENROL_METER_H
#define ENROL_METER_H

#include <stdbool.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/base/rate.h"

// How often each of many may ask, told apart by a text: in little memory, however many there are.
// Beyond ENROL_METER_PLACES that are over it at the same time some are counted together.
struct enrol_meter;

#define ENROL_METER_PLACES 4096

ERR_CHECKED int enrol_meter_new(const struct rate *rate, struct enrol_meter **out);
void enrol_meter_free(struct enrol_meter *meter);

// Whether it may ask once more at now_ms (monotonic), and counts that. Any thread.
bool enrol_meter_take(struct enrol_meter *meter, const char *whom, int64_t now_ms);

#endif
