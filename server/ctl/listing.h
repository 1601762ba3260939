#ifndef CTL_LISTING_H
#define CTL_LISTING_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "server/base/err.h"
#include "server/ctl/subcommand.h"
#include "server/ctl/table.h"

// How the items of an array are shown: one a row.
struct listing {
    const struct table_column *columns;
    size_t column_count;
    void (*add)(struct table *table, const json_t *item, int64_t now_ms);
};

// NULL without memory, which the functions of table.h take.
struct table *listing_fill(const struct listing *listing, const json_t *items, int64_t now_ms);

// Shows such a table, and frees it; NULL: ERR_NO_MEMORY. Returns as a subcommand does.
int listing_print(const struct subcommand_call *call, struct table *table, struct err *err);

// Both, as of now.
int listing_show(const struct listing *listing, const struct subcommand_call *call,
    const json_t *items, struct err *err);

#endif
