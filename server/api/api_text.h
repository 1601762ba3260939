#ifndef API_TEXT_H
#define API_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A growing JSON text, for lists that are too long to be built as values first. Zeroed to begin
// with. Without memory it is marked as failed, and what is added afterwards is ignored.
struct api_text {
    char *p; // no NUL at its end
    size_t n;
    size_t room;
    bool failed;
};

void api_text_clear(struct api_text *text);

// Adds the literal as it is.
void api_text_add(struct api_text *text, const char *literal);

void api_text_add_integer(struct api_text *text, int64_t value);

// A string (RFC 8259, 7), or null if it is empty or not valid UTF-8, as api_json_text() has it.
void api_text_add_string(struct api_text *text, const char *s);

#endif
