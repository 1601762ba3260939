#ifndef CTL_PAGES_H
#define CTL_PAGES_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "server/base/err.h"
#include "server/ctl/listing.h"
#include "server/ctl/options.h"
#include "server/ctl/subcommand.h"
#include "server/ctl/table.h"
#include "server/ctl/url.h"

// Lists of the daemon's, asked for page by page: neither it nor we hold more than one of them.

// --limit in a table of options; what is shown without it.
// clang-format off: its versions differ in braces
#define PAGES_OPTION(usual)                                                                        \
    {                                                                                              \
        "limit", OPTION_VALUE, "N", "at most N of them (" usual ")"                                \
    }
// clang-format on

// How many rows --limit asks for; without it `usual`, of which 0 is all. SUBCOMMAND_OK, or
// SUBCOMMAND_USAGE with its message.
int pages_read_limit(const struct options *options, int64_t usual, int64_t *out, struct err *err);

// How a list is shown to people.
struct pages_view {
    const struct table_column *columns;
    size_t column_count;
    void (*add)(struct table *table, const json_t *row, int64_t now_ms, const void *ctx);
    const void *ctx;
    bool (*is_wanted)(const json_t *row, void *wanted); // NULL: all are shown
    void *wanted;
};

// Shows at most max rows (0: all) of the list, with --json as an array. The url, which has neither
// limit nor cursor yet, is cleared. Return as a subcommand does.
int pages_show(const struct subcommand_call *call, struct url *url, int64_t max,
    const struct pages_view *view, struct err *err);
int pages_show_listing(const struct subcommand_call *call, struct url *url, int64_t max,
    const struct listing *listing, struct err *err);

// One table of several lists, below each other, with at most max rows (0: all). NULL without
// memory.
struct pages_table;
struct pages_table *pages_table_new(
    const struct subcommand_call *call, int64_t max, const struct pages_view *view);
void pages_table_free(struct pages_table *table);

// Shows as many rows of the list as there is room for; the url as above. Returns as a subcommand
// does.
int pages_table_show(struct pages_table *table, struct url *url, struct err *err);

// Whether it has as many rows as it may.
bool pages_table_is_full(const struct pages_table *table);

#endif
