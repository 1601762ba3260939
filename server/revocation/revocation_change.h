#ifndef REVOCATION_CHANGE_H
#define REVOCATION_CHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/audit/audit_run.h"
#include "server/base/err.h"
#include "server/model/certificate_record.h"
#include "server/store/store.h"

// What revoking changes in the database. Each is a store_job whose ctx is one of these; what was so
// already is no error, and changes nothing.
struct revocation_change {
    const char *subject;       // a MAC, or a certificate's serial; canonical
    const char *reason;        // revocation_reason.h; NULL to readmit
    struct audit_change audit; // for revocation_run(); its object is the subject
    // Says in the log what was recorded, also if it is not in force yet; NULL: nobody does.
    void (*log)(const struct revocation_change *change);

    // Then filled in:
    bool changed;
    bool reported;                 // the device was known before
    struct device_revocation now;  // of the device; revoked_at_ms 0: it never was
    size_t certificates, commands; // that ended with it
    char bearer[MAC_SIZE];         // of a certificate that is revoked: the device, or ""
    bool was_last;                 // and that has no other good one that is known
    int64_t number;                // of the list from then on
};

// Where the validity of those certificates begins that a device is let in with again that is
// revoked now, and not for a hold.
int64_t revocation_change_before_ms(void);

// A device, with all its certificates, known or not: it is offline, and its commands end. One that
// is on hold can be revoked for another reason. It need not have reported.
ERR_CHECKED int revocation_change_revoke(
    struct store_connection *connection, void *ctx, struct err *err);

// Lets a device in again: after certificateHold with the same certificates, else only with such as
// are issued after it was revoked. ERR_NOT_FOUND if nobody knows the device, and it never was.
ERR_CHECKED int revocation_change_readmit(
    struct store_connection *connection, void *ctx, struct err *err);

// One certificate. ERR_CONFLICT if its serial is also that of somebody else's. A device that has no
// other good one is offline, and its commands end.
ERR_CHECKED int revocation_change_revoke_certificate(
    struct store_connection *connection, void *ctx, struct err *err);

#endif
