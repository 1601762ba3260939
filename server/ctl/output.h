#ifndef CTL_OUTPUT_H
#define CTL_OUTPUT_H

#include <jansson.h>

#include "server/base/err.h"

// Prints a JSON value and a new line on standard output, and gives up the reference to it; NULL
// counts as no memory.
ERR_CHECKED int output_json(json_t *value, struct err *err);

#endif
