#ifndef BOARD_STORE_H
#define BOARD_STORE_H

#include "common/image_name.h"
#include "server/model/board_policy.h"
#include "server/store/store.h"

// What an operator has said of boards. All: ERR_IO if the database fails. Of which nothing was
// said, the policy is BOARD_POLICY_STEP.

struct board_setting {
    char board[IMAGE_NAME_SIZE];
    enum board_policy policy;
};

// Inserts or replaces.
ERR_CHECKED int board_store_put(
    struct store_connection *connection, const struct board_setting *setting, struct err *err);

// Calls each() for every board of which something was said, until it returns non-zero, which is
// then returned.
ERR_CHECKED int board_store_each(struct store_connection *connection,
    int (*each)(const struct board_setting *setting, void *ctx), void *ctx, struct err *err);

#endif
