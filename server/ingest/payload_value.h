#ifndef PAYLOAD_VALUE_H
#define PAYLOAD_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include "server/ingest/payload_cursor.h"

#define PAYLOAD_VALUE_DEPTH_MAX 16 // levels of a payload, its own object among them

enum payload_value_form {
    PAYLOAD_VALUE_NONE,  // no number, or one beyond all bounds
    PAYLOAD_VALUE_LOOSE, // plain to people: +5, 007, .5, 5.
    PAYLOAD_VALUE_EXACT, // as JSON has it (RFC 8259, 6)
};

// Reads n characters that are to be one decimal number; writes it to *out if they are.
enum payload_value_form payload_value_number(const char *p, size_t n, double *out);

// How many bytes at the cursor are a word: up to white space, a comma or a bracket.
size_t payload_value_word(const struct payload_cursor *cursor);

bool payload_value_is_literal(const char *p, size_t n); // true, false, null

// Goes over an object or array (its bracket at the cursor). Whether it is JSON; if not, the cursor
// is behind its last bracket, or at the end if there is none, and the fault is noted (but for the
// payload's end: the caller comes to that by itself).
bool payload_value_skip_nested(struct payload_cursor *cursor);

#endif
