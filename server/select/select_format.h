#ifndef SELECT_FORMAT_H
#define SELECT_FORMAT_H

#include "server/base/err.h"
#include "server/select/select_tree.h"

#define SELECT_FORMAT_SIZE 8192 // room for any tree

// Writes a tree as a filter that means the same: with quotes and parentheses only where they are
// needed. ERR_TOO_LARGE if there is no room for it.
ERR_CHECKED int select_format(
    const struct select_tree *tree, char *out, size_t size, struct err *err);

#endif
