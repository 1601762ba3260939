#ifndef PAYLOAD_CURSOR_H
#define PAYLOAD_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/ingest/payload_fault.h"

// A place in a payload that is being read.
struct payload_cursor {
    const uint8_t *p;
    size_t n;
    size_t at;
    struct payload_faults *faults;
};

bool payload_cursor_at_end(const struct payload_cursor *cursor);

// The byte there; 0 at the end.
uint8_t payload_cursor_byte(const struct payload_cursor *cursor);

// Goes on over white space (RFC 8259, 2).
void payload_cursor_skip_space(struct payload_cursor *cursor);

// Notes a fault at the present place.
void payload_cursor_fault(struct payload_cursor *cursor, enum payload_fault_kind kind);

#endif
