#ifndef PAYLOAD_TEXT_H
#define PAYLOAD_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "server/ingest/payload_cursor.h"

#define PAYLOAD_TEXT_GROWTH 3 // at most so many bytes come of one

// Reads the text in quotes (the byte at the cursor, ' or ") as UTF-8 without NUL, in any state it
// may be in: each byte or escape that is none becomes U+FFFD and a fault. Writes it with its NUL to
// out, which has PAYLOAD_TEXT_GROWTH times the rest of the payload and a byte, and its length to
// *length. False if it does not end (out holds what there is; no fault is noted of that).
bool payload_text_read(struct payload_cursor *cursor, char *out, size_t *length);

// Copies text to out, cut at a character if it does not fit. Returns whether it fits.
bool payload_text_copy(char *out, size_t size, const char *text);

#endif
