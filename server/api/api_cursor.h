#ifndef API_CURSOR_H
#define API_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Where a page of a list ended, by the last row's place in the list's order, so that rows that come
// and go meanwhile move no others. Opaque to clients: hex digits of
//   version 1 | list 4 | number 8 | length of tail 1 | tail | text
// (bytes, numbers with the highest first).
#define API_CURSOR_TAIL_SIZE 80
#define API_CURSOR_TEXT_SIZE 256
#define API_CURSOR_HEAD_BYTES 14
#define API_CURSOR_SIZE                                                                            \
    (2 * (API_CURSOR_HEAD_BYTES + API_CURSOR_TAIL_SIZE + API_CURSOR_TEXT_SIZE) + 1)

struct api_cursor {
    uint32_t list; // of which list, by its path, filters and order
    int64_t number;
    char tail[API_CURSOR_TAIL_SIZE]; // what decides between equals, or ""
    char text[API_CURSOR_TEXT_SIZE];
};

void api_cursor_encode(const struct api_cursor *cursor, char out[API_CURSOR_SIZE]);

// False, and *out untouched, if it is none.
bool api_cursor_decode(const char *text, struct api_cursor *out);

#endif
