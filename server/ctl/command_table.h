#ifndef CTL_COMMAND_TABLE_H
#define CTL_COMMAND_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "server/ctl/listing.h"
#include "server/ctl/table.h"

#define COMMAND_TABLE_DETAIL_SIZE 320

// How commands are shown, one a row.
extern const struct listing command_table_listing;

// The table of an array of commands; NULL without memory.
struct table *command_table_new(const json_t *commands, int64_t now_ms);

// What a command or an event tells of a failure: "step: detail (code)", of which parts may be
// missing. Cut to size.
void command_table_detail(const json_t *object, char *out, size_t size);

#endif
