#ifndef COMMON_IMAGE_NAME_H
#define COMMON_IMAGE_NAME_H

#include <stdbool.h>
#include <stddef.h>

#define IMAGE_NAME_MAX 63
#define IMAGE_NAME_SIZE (IMAGE_NAME_MAX + 1)

// An image's name, <BOARD>-<VERSION>: the board is all before the last '-', of letters, digits,
// '_', '.' and '-'; the version is dot-separated fields, each all digits or all letters; a "v" may
// stand before its number. A pre-release may follow, behind a '-' of its own, as in
// BOARD-1.0-rc1: dot-separated fields of letters and digits, behind a version of at least two
// fields that starts with a number.
struct image_name {
    char text[IMAGE_NAME_SIZE];
    char board[IMAGE_NAME_SIZE];
    char version[IMAGE_NAME_SIZE];
};

// Reads the n bytes of a name. False, and *out untouched, if they are none.
bool image_name_parse(const char *s, size_t n, struct image_name *out);

#endif
