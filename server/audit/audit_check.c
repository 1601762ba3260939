// Whether the audit log of a database is whole.
#include "server/audit/audit_check.h"

#include "server/store/audit_store.h"
#include "server/store/store_look.h"

#define PIECE 1024 // rows

int audit_check_head(struct store_connection *connection, struct audit_anchor *out, struct err *err)
{
    struct audit_anchor head = {0, AUDIT_CHAIN_START};
    int rc = audit_store_get_head(connection, &head.number, head.hash, err);

    if (rc < 0 && rc != ERR_NOT_FOUND)
        return rc;
    *out = head;
    return 0;
}

struct piece {
    struct audit_chain *chain;
    int64_t count;
};

static int take(const struct audit_row *row, void *ctx)
{
    struct piece *piece = ctx;

    piece->count++;
    return audit_chain_take(piece->chain, row) ? 0 : 1;
}

// 1 if there may be more.
static int take_piece(
    struct store_connection *connection, struct audit_chain *chain, struct err *err)
{
    struct audit_store_wish wish = {
        chain->head.number > 0 ? chain->head.number : INT64_MIN, INT64_MIN, "", "", PIECE};
    struct piece piece = {chain, 0};
    int rc = audit_store_page(connection, &wish, take, &piece, err);

    return rc < 0 ? rc : rc == 0 && piece.count == PIECE;
}

int audit_check_store(struct store *store, const struct audit_anchor *anchor,
    struct audit_chain *out, struct err *err)
{
    int rc;

    audit_chain_begin(out, anchor);
    do {
        struct store_connection *connection;

        rc = store_read_begin(store, &connection, err);
        if (rc < 0)
            return rc;
        rc = take_piece(connection, out, err);
        store_read_end(store, connection);
    } while (rc > 0);
    (void)audit_chain_end(out);
    return rc;
}

int audit_check_file(
    const char *path, const struct audit_anchor *anchor, struct audit_chain *out, struct err *err)
{
    struct store_connection *connection;
    int rc = store_look_open(path, &connection, err);

    if (rc < 0)
        return rc;
    audit_chain_begin(out, anchor);
    do
        rc = take_piece(connection, out, err);
    while (rc > 0);
    store_connection_close(connection);
    if (rc == 0)
        (void)audit_chain_end(out);
    return rc;
}
