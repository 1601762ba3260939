// Filters of devices as SQL.
#include "server/store/device_where.h"

#include <stdlib.h>
#include <string.h>

#include "server/store/where_tree.h"

struct device_where {
    struct where_text text;
};

int device_where_put(struct store_connection *connection, const struct device_filter *filter,
    struct where_text *text, struct err *err)
{
    struct where_tree into = {connection, filter->now_ms, text, 0};
    int rc = 0;

    if (filter->online != 0)
        where_text_put(text, filter->online > 0 ? " AND online = 1" : " AND online = 0");
    if (filter->revoked)
        where_text_put(text, " AND " WHERE_TREE_IS_REVOKED);
    if (filter->image_glob != NULL) {
        where_text_put(text, " AND glob(");
        where_text_put_text(text, filter->image_glob); // a GLOB as it is
        where_text_put(text, ", image) = 1");
    }
    for (size_t i = 0; rc == 0 && i < filter->tree_count; i++) {
        where_text_put(text, " AND ");
        rc = where_tree_put(&into, &filter->trees[i], err);
    }
    return rc;
}

int device_where_new(struct store_connection *connection, const struct device_filter *filter,
    const struct device_where_frame *frame, struct device_where **out, struct err *err)
{
    struct device_where *where = calloc(1, sizeof *where);
    int rc = where != NULL ? where_text_open(&where->text, frame->parameters, err)
                           : err_set(err, ERR_NO_MEMORY, "no memory for a filter");

    if (rc < 0) {
        free(where);
        return rc;
    }
    where_text_put(&where->text, frame->head);
    if (filter != NULL)
        rc = device_where_put(connection, filter, &where->text, err);
    where_text_put(&where->text, frame->tail);

    int closed = where_text_close(&where->text, rc == 0 ? err : NULL);

    rc = rc == 0 ? closed : rc;
    if (rc < 0)
        device_where_free(where);
    else
        *out = where;
    return rc;
}

void device_where_free(struct device_where *where)
{
    if (where == NULL)
        return;
    where_text_clear(&where->text);
    free(where);
}

void device_where_open(
    const struct device_where *where, struct statement *s, struct store_connection *connection)
{
    statement_open_once(s, connection, where->text.text);
}

void device_where_bind(const struct device_where *where, struct statement *s)
{
    where_text_bind(&where->text, s);
}
