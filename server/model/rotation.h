#ifndef MODEL_ROTATION_H
#define MODEL_ROTATION_H

#include <stdbool.h>
#include <stdint.h>

#include "common/mac.h"

#define ROTATION_CA_SIZE 65 // SHA-256 of a CA's DER as hex
#define ROTATION_DETAIL_SIZE 256

// The change from one CA to another, as far as it has come. Each phase is one that every device can
// live in, whatever it has reached.
enum rotation_phase {
    ROTATION_NONE,
    ROTATION_TRUST,        // each device is to trust both CAs
    ROTATION_CERTIFICATES, // the servers show certificates of the new one, and so is each device
    ROTATION_LAST,         // the old one is trusted no more here, and so by each device
    ROTATION_ABORTING,     // who shows a certificate of the new one is to show its old one again
    ROTATION_PHASE_COUNT
};

// What a device has proven to have.
enum rotation_holds {
    ROTATION_HOLDS_OLD,   // nothing yet
    ROTATION_HOLDS_BOTH,  // it trusts both CAs
    ROTATION_HOLDS_NEW,   // besides, it shows a certificate of the new one
    ROTATION_HOLDS_ALONE, // besides, it trusts the new one alone
    ROTATION_HOLDS_COUNT
};

// How far it is on the way to the next of them.
enum rotation_step {
    ROTATION_IDLE,
    ROTATION_FILE,   // told to download a file
    ROTATION_REBOOT, // told to restart, since only then the file counts
    ROTATION_STEP_COUNT
};

struct rotation {
    enum rotation_phase phase;
    char old_ca[ROTATION_CA_SIZE];
    char new_ca[ROTATION_CA_SIZE];
    int64_t started_at_ms;
    int64_t phase_at_ms; // when the phase began
};

struct rotation_device {
    char mac[MAC_SIZE];
    enum rotation_holds holds;
    enum rotation_step step;
    int64_t holds_at_ms;
    int64_t step_at_ms;
    int64_t next_at_ms;   // not to be told anything before that
    int64_t command_id;   // the last one that it was given; 0: none
    int64_t looked_at_ms; // written only
    int64_t tries;        // that failed, of the step that it is at
    int64_t reboots;      // that were seen of it when it had the file
    bool shows_new;       // the certificate that it showed last is of the new CA
    bool is_left;         // an operator gives it up: nobody waits for it
    bool has_certificate;
    char detail[ROTATION_DETAIL_SIZE]; // why a try failed, or ""
};

// "none", "trust", "certificates", "last", "aborting"; "old", "both", "new", "new-alone"; "-",
// "file", "reboot".
const char *rotation_phase_name(enum rotation_phase phase);
const char *rotation_holds_name(enum rotation_holds holds);
const char *rotation_step_name(enum rotation_step step);

// ROTATION_PHASE_COUNT if there is none of that name.
enum rotation_phase rotation_phase_of(const char *name);

#endif
