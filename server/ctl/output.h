#ifndef CTL_OUTPUT_H
#define CTL_OUTPUT_H

#include <jansson.h>

#include "server/base/err.h"

// Prints a JSON value and a new line on standard output, and gives up the reference to it; NULL
// counts as no memory.
ERR_CHECKED int output_json(json_t *value, struct err *err);

// A text of this machine's, as a file's name, as JSON: one that is no UTF-8 escaped, as for the
// terminal. NULL without memory.
json_t *output_text(const char *text);

#endif
