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

#endif
