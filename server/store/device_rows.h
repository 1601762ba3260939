#ifndef DEVICE_ROWS_H
#define DEVICE_ROWS_H

#include <stdint.h>

#include "server/store/statement.h"

// What the stores of devices, commands, events and downloads do alike with rows. All: ERR_IO if the
// database fails.

// Opens a text whose first parameter is the device, and binds that. ERR_INVALID: the MAC is none,
// and nothing is open.
ERR_CHECKED int device_rows_open(struct statement *s, struct store_connection *connection,
    const char *sql, const char *mac, struct err *err);

// Runs a text that deletes, whose one parameter is the device. A MAC that is none has no rows.
ERR_CHECKED int device_rows_delete(
    struct store_connection *connection, const char *sql, const char *mac, struct err *err);

// Runs a text that gives the rows of the first device to the second; its parameters are these.
ERR_CHECKED int device_rows_move(struct store_connection *connection, const char *sql,
    const char *const macs[2], struct err *err);

// Goes through the rows of an open statement - of devices, or of images with a number of devices -
// until each() returns non-zero, which is then returned, and closes it.
ERR_CHECKED int device_rows_each_mac(
    struct statement *s, int (*each)(const char *mac, void *ctx), void *ctx, struct err *err);
ERR_CHECKED int device_rows_each_image(struct statement *s,
    int (*each)(const char *image, int64_t devices, void *ctx), void *ctx, struct err *err);

#endif
