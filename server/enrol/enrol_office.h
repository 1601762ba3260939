#ifndef ENROL_OFFICE_H
#define ENROL_OFFICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/mac.h"
#include "server/base/err.h"
#include "server/model/audit.h"
#include "server/model/enrolment.h"
#include "server/store/enrolment_window_store.h"
#include "server/store/store.h"

// What operators decide of enrolments: each is durable when it returns. `by` says who it was, not
// NULL. All: ERR_IO if the database fails. Any thread but the store's.

#define ENROL_OFFICE_CODE_SIZE 11 // ten letters and digits that are not mistaken for others

// A device that is to be registered.
struct enrol_office_entry {
    char mac[MAC_SIZE];                // canonical
    char code[ENROL_OFFICE_CODE_SIZE]; // filled in if one is wanted, and known to nobody else
    bool is_new;                       // filled in: it was not registered before
};

// Registers devices, all or none. With with_code a device gets a certificate only for the code that
// is made up for it, once. ERR_CONFLICT if one has a certificate, or has reported without.
ERR_CHECKED int enrol_office_add(struct store *store, struct enrol_office_entry *entries,
    size_t count, bool with_code, const struct audit_author *by, struct err *err);

#define ENROL_OFFICE_KEY_MIN 16 // hex digits by which a key can be named

struct enrol_office_approval {
    const char *mac;
    const char *key; // the beginning of its SHA-256, lower-case hex; NULL: the one that waits
    bool any_key;    // instead: whichever asks next
    const struct audit_author *by;
};

// Lets a device have a certificate, also if it has one already, for one key: the one with which it
// waits; where none waits, the last one that was an alarm if its name begins so, or whichever is
// named whole. ERR_CONFLICT, and nothing is changed, if another key waits than the one that is
// named, or none and none is named, or if the device is revoked; ERR_INVALID if a beginning is of
// no key that is known. *out is what is known of it then; in this and the next.
ERR_CHECKED int enrol_office_approve(struct store *store,
    const struct enrol_office_approval *approval, struct enrolment *out, struct err *err);

// Lets it have none from now on. ERR_CONFLICT if it has one.
ERR_CHECKED int enrol_office_reject(struct store *store, const char *mac,
    const struct audit_author *by, struct enrolment *out, struct err *err);

// Forgets that it was registered, asked, approved, or rejected. ERR_NOT_FOUND.
ERR_CHECKED int enrol_office_remove(
    struct store *store, const char *mac, const struct audit_author *by, struct err *err);

// Opens the window in which everybody who asks gets a certificate, so many devices at most, for so
// long, or closes it with 0.
struct enrol_office_window {
    int64_t for_ms, at_most;
};
ERR_CHECKED int enrol_office_open(struct store *store, const struct enrol_office_window *wanted,
    const struct audit_author *by, struct enrolment_window *out, struct err *err);

#endif
