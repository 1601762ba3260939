#ifndef EVENT_ROW_H
#define EVENT_ROW_H

#include "server/model/event.h"
#include "server/store/statement.h"

// Rows of events, for the files of this folder.

#define EVENT_ROW_COLUMNS                                                                          \
    "device, at_ms, kind, command, command_id, result, image, detail, step, code, id"
#define EVENT_ROW_ID 10 // the column
#define EVENT_ROW_COLUMN_COUNT 11

// Reads the present row of a SELECT that begins with these columns.
void event_row_read(struct statement *s, struct event *out);

#endif
