#ifndef COMMON_IMAGE_NAME_H
#define COMMON_IMAGE_NAME_H

#include <stdbool.h>
#include <stddef.h>

#define IMAGE_NAME_MAX 63
#define IMAGE_NAME_SIZE (IMAGE_NAME_MAX + 1)

// An image's name, <BOARD>-<VERSION>: the board is all before the last '-', of letters, digits,
// '_', '.' and '-'; the version is dot-separated fields, each all digits or all letters.
struct image_name {
    char text[IMAGE_NAME_SIZE];
    char board[IMAGE_NAME_SIZE];
    char version[IMAGE_NAME_SIZE];
};

// Reads the n bytes of a name. False, and *out untouched, if they are none.
bool image_name_parse(const char *s, size_t n, struct image_name *out);

// Orders two versions that image_name_parse() accepted: < 0, 0 or > 0. Fields from left to right:
// numbers by value, letters by length and then letter by letter, a number before letters, and a
// version before any that continues it.
int image_version_compare(const char *a, const char *b);

#endif
