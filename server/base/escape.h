#ifndef BASE_ESCAPE_H
#define BASE_ESCAPE_H

#include <stddef.h>

// What a terminal or a reader of logs might obey, made visible: control characters (C0, DEL, C1),
// line and paragraph separators, marks that reorder what stands around them or are not seen
// (Unicode's bidirectional controls, zero-width characters, tags), and bytes that are no UTF-8.
// Here is the one list of them.

#define ESCAPE_MAX 12 // the longest form, as JSON writes a character beyond U+FFFF

// Writes how the next character of the n bytes (n > 0) is shown, at most ESCAPE_MAX bytes without a
// NUL, and returns the bytes that it stands for. \xHH for a byte, \uHHHH and \UHHHHHHHH for a code
// point; any other character as it is. At most four times the size.
size_t escape_next(const char *s, size_t n, char out[ESCAPE_MAX], size_t *size);

// The same within a JSON string (RFC 8259, 7), where it is \uHHHH, beyond U+FFFF twice. What JSON
// itself has to escape, as the quote, is not its matter, nor are bytes below 0x20 and those that
// are no UTF-8: they are copied.
size_t escape_next_json(const char *s, size_t n, char out[ESCAPE_MAX], size_t *size);

// The whole text so escaped; the caller frees it, NULL without memory. *size does not count the
// NUL. That of a JSON text: such characters stand in its strings only.
char *escape_text(const char *s, size_t *size);
char *escape_json(const char *json, size_t *size);

#endif
