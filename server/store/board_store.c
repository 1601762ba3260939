// Boards in the database.
#include "server/store/board_store.h"

#include "server/store/statement.h"

static const char select_all[] = "SELECT name, policy FROM boards";

static const char upsert[] = "INSERT INTO boards (name, policy) VALUES (?1, ?2)"
                             " ON CONFLICT (name) DO UPDATE SET policy = excluded.policy";

int board_store_put(
    struct store_connection *connection, const struct board_setting *setting, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, upsert);
    statement_bind_text(&s, setting->board);
    statement_bind_int(&s, setting->policy);
    return statement_run(&s, err);
}

int board_store_each(struct store_connection *connection,
    int (*each)(const struct board_setting *setting, void *ctx), void *ctx, struct err *err)
{
    struct board_setting setting;
    struct statement s;
    int rc = 0;

    statement_open(&s, connection, select_all);
    while (statement_next(&s, &rc, err)) {
        statement_text(&s, 0, setting.board, sizeof setting.board);
        // What another program may have written there is the careful one.
        setting.policy =
            statement_int(&s, 1) == BOARD_POLICY_LEAP ? BOARD_POLICY_LEAP : BOARD_POLICY_STEP;
        rc = each(&setting, ctx);
    }
    return rc;
}
