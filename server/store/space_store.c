// Room in the database's own file.
#include "server/store/space_store.h"

#include "server/store/statement.h"

static const char select_free[] = "SELECT (SELECT freelist_count FROM pragma_freelist_count())"
                                  " * (SELECT page_size FROM pragma_page_size())";

int space_store_spare(struct store_connection *connection, int64_t *bytes, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, select_free);

    int rc = statement_step(&s, err);

    if (rc > 0)
        *bytes = statement_int(&s, 0);
    statement_close(&s);
    return rc < 0 ? rc : 0;
}
