#ifndef CTL_DURATION_H
#define CTL_DURATION_H

#include <stdbool.h>
#include <stdint.h>

// Reads a duration as people give it: digits and a unit, "90s", "15m", "2h", "1d". False, and out
// untouched, if it is none, or longer than a hundred years.
bool duration_parse(const char *text, int64_t *seconds);

#endif
