// How a row of events is read.
#include "server/store/event_row.h"

#include <string.h>

#include "server/store/mac_key.h"

void event_row_read(struct statement *s, struct event *out)
{
    memset(out, 0, sizeof *out);
    mac_key_to_text(statement_int(s, 0), out->mac);
    out->at_ms = statement_int(s, 1);
    statement_text(s, 2, out->kind, sizeof out->kind);
    statement_text(s, 3, out->command, sizeof out->command);
    out->command_id = statement_int(s, 4);
    statement_text(s, 5, out->result, sizeof out->result);
    statement_text(s, 6, out->image, sizeof out->image);
    statement_text(s, 7, out->detail, sizeof out->detail);
    statement_text(s, 8, out->step, sizeof out->step);
    out->code = statement_int(s, 9);
}
