#ifndef REVOCATION_H
#define REVOCATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/mac.h"
#include "server/auth/device_auth.h"
#include "server/base/err.h"
#include "server/model/audit.h"
#include "server/model/certificate_record.h"
#include "server/revocation/revocation_change.h"
#include "server/store/store.h"

// Shuts devices and certificates out, and lets devices in again: in the database first, durably,
// then at the download server, whose connections of theirs end, then in the list by which the
// broker does the same. What of that fails is tried again, and begun anew at the next start.
struct revocation;

// All borrowed until revocation_close().
struct revocation_settings {
    struct store *store;
    struct device_auth *auth;
    const char *folder; // of the list; made if it is not there
};

// What comes later than the start.
struct revocation_links {
    // Ends the download server's connections of those who are let in no more; returns how many. Any
    // thread.
    size_t (*end_clients)(void *ctx);
    void *ctx;
};

// Brings download server and list to what the database says, and that to a list that is newer
// (revocation_begin.h). A list that cannot be written is no error here: revocation_read().
ERR_CHECKED int revocation_open(
    const struct revocation_settings *settings, struct revocation **out, struct err *err);
void revocation_close(struct revocation *revocation);

// Before the first change.
void revocation_set_links(struct revocation *revocation, const struct revocation_links *links);

// Who is meant. The subject is a MAC or a serial, canonical; reason: revocation_reason.h.
struct revocation_wish {
    const char *subject;
    const char *reason;
    bool force;                    // only for the audit log: an objection was passed over
    const struct audit_author *by; // NULL: the daemon itself
};

#define REVOCATION_TEXT_SIZE 512

// What a change has brought about.
struct revocation_outcome {
    bool changed;                 // else it was so before
    bool reported;                // the device was known before
    struct device_revocation now; // of a device
    size_t certificates, commands;
    char bearer[MAC_SIZE]; // of a certificate, and whether that was its last good one
    bool was_last;
    uint64_t number; // of the list that holds it
    int64_t download_after_ms;
    size_t download_ended;
    bool broker_applied;
    int64_t broker_after_ms; // if it has
    int64_t broker_ended;
    char broker_reason[REVOCATION_TEXT_SIZE]; // if it has not: why, and what will be
};

// Do what the names say, for a device, and for one certificate of anybody. They wait for the
// broker, but not longer than 2 s. ERR_INVALID for a reason that is none; ERR_CONFLICT and
// ERR_NOT_FOUND as revocation_change.h; ERR_UNAVAILABLE if it is durable, and not in force all
// over: the message says where it is, and it is tried again; else nothing has changed.
// Any thread but the store's.
ERR_CHECKED int revocation_revoke_device(struct revocation *revocation,
    const struct revocation_wish *wish, struct revocation_outcome *out, struct err *err);
ERR_CHECKED int revocation_readmit_device(struct revocation *revocation,
    const struct audit_author *by, const char *mac, struct revocation_outcome *out,
    struct err *err);
ERR_CHECKED int revocation_revoke_certificate(struct revocation *revocation,
    const struct revocation_wish *wish, struct revocation_outcome *out, struct err *err);

// Does a change of another kind in the same way: a store_job that is given it. Its reason may be
// NULL; what the audit log says of it stands in the change.
ERR_CHECKED int revocation_run(struct revocation *revocation, store_job job,
    struct revocation_change *change, struct revocation_outcome *out, struct err *err);

// Takes what the broker says (BROKER_TOPIC_REVOCATIONS). error: "" if it took the list.
void revocation_note_broker(
    struct revocation *revocation, uint64_t number, int64_t ended, const char *error);

// The connection to the broker came or went. What it says comes anew each time.
void revocation_note_connection(struct revocation *revocation, bool connected);

// Remembers a certificate of a device that was met (device_auth_met()); ctx is the revocation.
void revocation_met(const struct certificate_facts *facts, const char *mac, void *ctx);

// Remembers a certificate that lies in a file of ours.
void revocation_note_file(struct revocation *revocation, const struct certificate_facts *facts);

// Whether a certificate is shut out by its serial, at the download server. Any thread.
bool revocation_has_serial(struct revocation *revocation, const char *serial);

// Once a second: writes the list again if it could not be, a second later at first and then ever
// more seldom, but once a minute at least; and at once if somebody else has, or it may well go now.
void revocation_tick(struct revocation *revocation);

// How it stands.
struct revocation_state {
    uint64_t number; // that holds at the download server
    size_t entries;
    const char *start_note;           // of revocation_begin_run(); as long as the revocation
    char fault[REVOCATION_TEXT_SIZE]; // why the list is not written, or ""
    bool broker_knows;                // it has said which list it goes by, on this connection;
    uint64_t broker_number;           // this
    int64_t broker_at_ms;             // when it said so
    char broker_error[REVOCATION_TEXT_SIZE]; // why it goes by no newer one, or ""
};
void revocation_read(struct revocation *revocation, struct revocation_state *out);

#endif
