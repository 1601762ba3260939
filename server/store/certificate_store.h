#ifndef CERTIFICATE_STORE_H
#define CERTIFICATE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "server/model/certificate_record.h"
#include "server/store/store.h"

// Certificates that are known, and which of them are revoked. A serial is a certificate's number
// with whoever signed it: should two CAs have given the same one, it is revoked of both. All:
// ERR_IO if the database fails.

// Adds a certificate, unless it is known (that is no error, and changes nothing). One whose serial
// is revoked is so from the start; revoked_at_ms and reason of the record are ignored. *added may
// be NULL.
ERR_CHECKED int certificate_store_add(struct store_connection *connection,
    const struct certificate_record *record, bool *added, struct err *err);

// The first of those with that serial, mostly the only one. ERR_NOT_FOUND.
ERR_CHECKED int certificate_store_get(struct store_connection *connection, const char *serial,
    struct certificate_record *out, struct err *err);

// Whether it is known: 1 or 0, or an error.
ERR_CHECKED int certificate_store_has(struct store_connection *connection, const char *serial,
    const char *fingerprint, struct err *err);

// Call each() for the certificates of a serial, mostly one; for those of a device, the newest
// first; for all, by serial - until it returns non-zero, which is then returned.
ERR_CHECKED int certificate_store_each_with(struct store_connection *connection, const char *serial,
    int (*each)(const struct certificate_record *record, void *ctx), void *ctx, struct err *err);
ERR_CHECKED int certificate_store_each_of(struct store_connection *connection, const char *mac,
    int (*each)(const struct certificate_record *record, void *ctx), void *ctx, struct err *err);
ERR_CHECKED int certificate_store_each(struct store_connection *connection,
    int (*each)(const struct certificate_record *record, void *ctx), void *ctx, struct err *err);

// All of them behind a place, by serial and fingerprint, until each() returns non-zero.
struct certificate_store_place {
    const char *serial, *fingerprint;
};
ERR_CHECKED int certificate_store_each_after(struct store_connection *connection,
    const struct certificate_store_place *after,
    int (*each)(const struct certificate_record *record, void *ctx), void *ctx, struct err *err);

// The same for the serials that are revoked for themselves, in order; and, by serial, for what was
// revoked with a device that is in again, and is no older than what stays out of it.
ERR_CHECKED int certificate_store_each_listed(struct store_connection *connection,
    int (*each)(const char *serial, void *ctx), void *ctx, struct err *err);
ERR_CHECKED int certificate_store_each_fresh(struct store_connection *connection,
    int (*each)(const struct certificate_record *record, void *ctx), void *ctx, struct err *err);

// How many of a device's certificates are known that nobody issued here.
ERR_CHECKED int certificate_store_count_met(
    struct store_connection *connection, const char *mac, int64_t *count, struct err *err);

// Revokes the certificates of a serial; one that is not known is recorded by its serial alone. One
// that is on hold gets the new reason, one that is revoked otherwise stays as it is. Returns how
// many that changes, or an error.
ERR_CHECKED int certificate_store_revoke(struct store_connection *connection, const char *serial,
    int64_t at_ms, const char *reason, struct err *err);

// The same for the certificates of a device whose validity begins before a time, as a part of
// revoking the device. For a device that is put on hold those that are revoked already stay as they
// are.
struct certificate_store_wish {
    const char *mac;
    int64_t at_ms;
    const char *reason;
    int64_t begins_before_ms; // INT64_MAX: all
};
ERR_CHECKED int certificate_store_revoke_device(struct store_connection *connection,
    const struct certificate_store_wish *wish, struct err *err);

// Makes those good again that were put on hold with the device. Returns how many, or an error.
ERR_CHECKED int certificate_store_release_device(
    struct store_connection *connection, const char *mac, struct err *err);

#endif
