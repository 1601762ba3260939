#ifndef CTL_OUTPUT_H
#define CTL_OUTPUT_H

#include <jansson.h>

#include "server/base/err.h"

// Prints a JSON value and a new line on standard output, and gives up the reference to it; NULL
// counts as no memory.
ERR_CHECKED int output_json(json_t *value, struct err *err);

// Ends the program as writing would do, if nobody reads standard output any more: for who may have
// nothing to write for long. Returns if somebody does, or it is no pipe.
void output_end_unheard(void);

// A text of this machine's, as a file's name, as JSON: one that is no UTF-8 escaped, as for the
// terminal. NULL without memory.
json_t *output_text(const char *text);

#endif
