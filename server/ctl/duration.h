#ifndef CTL_DURATION_H
#define CTL_DURATION_H

#include <stdbool.h>
#include <stdint.h>

#include "server/ctl/text.h"

// Reads a duration as people give it: digits and a unit, "90s", "15m", "2h", "1d". False, and out
// untouched, if it is none, or longer than a hundred years.
bool duration_parse(const char *text, int64_t *seconds);

// Writes one so that it is read as the same, in its largest unit: "90s", "2h". At most 100 years.
void duration_format(int64_t seconds, char out[TEXT_SHORT_SIZE]);

#endif
