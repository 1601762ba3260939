// Arrays as tables.
#include "server/ctl/listing.h"

#include <stdio.h>

#include "server/base/clock.h"

struct table *listing_fill(const struct listing *listing, const json_t *items, int64_t now_ms)
{
    struct table *table = table_new(listing->columns, listing->column_count);
    size_t i;
    json_t *item;

    json_array_foreach((json_t *)items, i, item)
    {
        listing->add(table, item, now_ms);
    }
    return table;
}

int listing_print(const struct subcommand_call *call, struct table *table, struct err *err)
{
    int rc = table_print(table, &call->terminal, stdout, err);

    table_free(table);
    return rc;
}

int listing_show(const struct listing *listing, const struct subcommand_call *call,
    const json_t *items, struct err *err)
{
    return listing_print(call, listing_fill(listing, items, clock_system_ms()), err);
}
