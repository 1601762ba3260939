#ifndef WHERE_TREE_H
#define WHERE_TREE_H

#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/select/select_tree.h"
#include "server/store/store_connection.h"
#include "server/store/where_text.h"

// A filter's tree as a condition on the row of `devices`: constant text in which no word is the
// user's, whose values are parameters. It is true or false, never NULL.

#define WHERE_TREE_IS_REVOKED                                                                      \
    "EXISTS (SELECT 1 FROM device_revocations AS f"                                                \
    " WHERE f.device = devices.mac AND f.readmitted_at_ms = 0)"

struct where_tree {
    struct store_connection *connection; // that says what groups and images there are now
    int64_t now_ms;                      // for ages
    struct where_text *text;             // to which it is added
    size_t groups; // that filters came to so far, in all; begins as 0, bounded by group_tree.h
};

// ERR_TOO_LARGE if groups or images are too many, ERR_NOT_FOUND without a group, ERR_CONFLICT if
// one that has a channel asks for one, ERR_NO_MEMORY, ERR_IO.
ERR_CHECKED int where_tree_put(
    struct where_tree *into, const struct select_tree *tree, struct err *err);

#endif
