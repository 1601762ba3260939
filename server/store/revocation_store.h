#ifndef REVOCATION_STORE_H
#define REVOCATION_STORE_H

#include <stdint.h>

#include "server/model/certificate_record.h"
#include "server/store/store.h"

// Devices that are, or were, revoked; they need not be known otherwise, and to forget the device
// changes nothing here. All: ERR_IO if the database fails.

// ERR_NOT_FOUND if it never was.
ERR_CHECKED int revocation_store_get(struct store_connection *connection, const char *mac,
    struct device_revocation *out, struct err *err);

// Inserts or replaces.
ERR_CHECKED int revocation_store_put(struct store_connection *connection,
    const struct device_revocation *revocation, struct err *err);

// Calls each() for all of them, by MAC, until it returns non-zero, which is then returned.
ERR_CHECKED int revocation_store_each(struct store_connection *connection,
    int (*each)(const struct device_revocation *revocation, void *ctx), void *ctx, struct err *err);

// How many devices are revoked now.
ERR_CHECKED int revocation_store_count(
    struct store_connection *connection, int64_t *count, struct err *err);

// The number of the list of all that is revoked: whoever changes something that stands in it sets
// it in the same transaction to the next one. 0 at first.
ERR_CHECKED int revocation_store_get_number(
    struct store_connection *connection, int64_t *number, struct err *err);
ERR_CHECKED int revocation_store_set_number(
    struct store_connection *connection, int64_t number, struct err *err);

#endif
