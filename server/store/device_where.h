#ifndef DEVICE_WHERE_H
#define DEVICE_WHERE_H

#include "server/store/device_store.h"
#include "server/store/statement.h"
#include "server/store/where_text.h"

// A filter of devices as SQL: constant text in which no word is the user's, whose values are bound.
struct device_where;

// What stands before the conditions, with how many parameters, and behind them.
struct device_where_frame {
    const char *head; // ends within a WHERE: the conditions follow as " AND ..."
    const char *tail;
    int parameters; // of both: ?1 to that
};

// Builds the text, for the images that devices run now; the filter may be NULL. ERR_TOO_LARGE if
// they are too many, ERR_NO_MEMORY, ERR_IO. The caller frees it.
ERR_CHECKED int device_where_new(struct store_connection *connection,
    const struct device_filter *filter, const struct device_where_frame *frame,
    struct device_where **out, struct err *err);
void device_where_free(struct device_where *where); // NULL is allowed

// Opens the statement; the caller binds those of the frame, then calls the second. The texts are
// borrowed until statement_close().
void device_where_open(
    const struct device_where *where, struct statement *s, struct store_connection *connection);
void device_where_bind(const struct device_where *where, struct statement *s);

// The conditions alone, each with " AND " before it. ERR_TOO_LARGE, ERR_NO_MEMORY, ERR_IO.
ERR_CHECKED int device_where_put(struct store_connection *connection,
    const struct device_filter *filter, struct where_text *text, struct err *err);

#endif
