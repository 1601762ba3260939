// A place in a payload.
#include "server/ingest/payload_cursor.h"

bool payload_cursor_at_end(const struct payload_cursor *cursor)
{
    return cursor->at == cursor->n;
}

uint8_t payload_cursor_byte(const struct payload_cursor *cursor)
{
    return cursor->at < cursor->n ? cursor->p[cursor->at] : 0;
}

void payload_cursor_skip_space(struct payload_cursor *cursor)
{
    while (cursor->at < cursor->n) {
        uint8_t c = cursor->p[cursor->at];

        if (c != ' ' && c != '\t' && c != '\n' && c != '\r')
            return;
        cursor->at++;
    }
}

void payload_cursor_fault(struct payload_cursor *cursor, enum payload_fault_kind kind)
{
    payload_fault_add(cursor->faults, kind, cursor->at);
}
