#ifndef CTL_HISTORY_CHART_H
#define CTL_HISTORY_CHART_H

#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

#include "server/base/err.h"

// The hours of a device as sparklines, from the first of them to the last that is over at now_ms:
// an array as the API has it, oldest first, not empty. columns: of the terminal, 0: as wide as it
// takes. Returns as a subcommand does; ERR_NO_MEMORY.
ERR_CHECKED int history_chart_print(
    const json_t *hours, int64_t now_ms, size_t columns, FILE *out, struct err *err);

#endif
