#ifndef CTL_COMMAND_TABLE_H
#define CTL_COMMAND_TABLE_H

#include <stdint.h>

#include <jansson.h>

#include "server/ctl/table.h"

// The table of an array of commands; NULL without memory.
struct table *command_table_new(const json_t *commands, int64_t now_ms);

#endif
