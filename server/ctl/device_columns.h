#ifndef DEVICE_COLUMNS_H
#define DEVICE_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "server/base/err.h"
#include "server/ctl/table.h"

#define DEVICE_COLUMNS_MAX 24

// Which columns a list of devices has.
struct device_columns {
    struct table_column shown[DEVICE_COLUMNS_MAX];
    size_t places[DEVICE_COLUMNS_MAX]; // in the table of all
    size_t count;
};

void device_columns_usual(struct device_columns *out);

// Reads "mac,image,rssi". SUBCOMMAND_OK, or SUBCOMMAND_USAGE, whose message lists what there is.
int device_columns_read(const char *text, struct device_columns *out, struct err *err);

// Whether a list of columns names that one. It may be NULL.
bool device_columns_name(const char *columns, const char *name);

// What the daemon is to sort by, for a column, which may have a '-' before it. SUBCOMMAND_OK or
// SUBCOMMAND_USAGE.
#define DEVICE_COLUMNS_ORDER_SIZE 32
int device_columns_order(const char *by, char out[DEVICE_COLUMNS_ORDER_SIZE], struct err *err);

// Adds a device to a table of these columns.
void device_columns_add(const struct device_columns *columns, struct table *table,
    const json_t *device, int64_t now_ms);

// The table of an array of devices, which borrows the columns; NULL without memory.
struct table *device_columns_table(
    const struct device_columns *columns, const json_t *devices, int64_t now_ms);

#endif
