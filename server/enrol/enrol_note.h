#ifndef ENROL_NOTE_H
#define ENROL_NOTE_H

#include <stdint.h>

#include "server/base/tally.h"
#include "server/enrol/enrol_decide.h"

// What comes of requests: each is counted by its kind, and told in the log; what anybody can bring
// about again and again once a minute for each kind at most. Any thread.
enum enrol_note_kind {
    ENROL_NOTE_ISSUED,
    ENROL_NOTE_RENEWED,
    ENROL_NOTE_REPEATED, // the same certificate again
    ENROL_NOTE_WAITING,
    ENROL_NOTE_REFUSED,
    ENROL_NOTE_ALARM,         // somebody asked in the name of a device that has a certificate
    ENROL_NOTE_STRANGER,      // without the certificate that it takes
    ENROL_NOTE_CLAIM_REVOKED, // with a claim certificate that is taken out of use
    ENROL_NOTE_BAD,           // the request itself
    ENROL_NOTE_LIMITED,       // too many
    ENROL_NOTE_NOT_SIGNED,    // the signer refuses it for good
    ENROL_NOTE_FAILED,        // for a reason of ours, as that the signer does not answer
    ENROL_NOTE_KINDS
};

// All zero at the start.
struct enrol_notes {
    struct tally items[ENROL_NOTE_KINDS];
};

// Who asked, as far as that is known: texts, or "".
struct enrol_note_who {
    const char *mac, *claim, *address, *key_sha256;
};

void enrol_note_add(struct enrol_notes *notes, enum enrol_note_kind kind,
    const struct enrol_note_who *who, const char *reason);

// The kind of what was decided.
enum enrol_note_kind enrol_note_kind_of(enum enrol_verdict verdict);

// Calls add() for each kind.
void enrol_note_each_counter(const struct enrol_notes *notes,
    void (*add)(const char *name, uint64_t value, void *add_ctx), void *add_ctx);

#endif
