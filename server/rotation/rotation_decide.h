#ifndef ROTATION_DECIDE_H
#define ROTATION_DECIDE_H

#include <stdbool.h>
#include <stdint.h>

#include "server/model/command.h"
#include "server/model/rotation.h"

// What is next for one device while the CA changes; pure. It is told to download a file, then to
// restart, and counts as having the file only when it has been seen to have it.

#define ROTATION_DECIDE_PATIENCE_MS 60000 // from a restart to the sign that the file is in use

struct rotation_facts {
    enum rotation_phase phase;
    const struct rotation_device *device;
    int64_t now_ms;
    bool is_ready;  // daemon and broker are as the phase needs them
    bool may_begin; // no bound on how many devices are at it at once is in the way
    bool is_online;
    bool is_revoked;
    bool is_busy;       // another command waits for it, or is in its hands
    bool has_restarted; // since it had the file, and has stayed for a while
    bool is_settling;   // the same, but for that while
    bool has_gone_back; // it said since then that it uses the files that it had before
    bool has_command;   // the one that it was given is known, and stands so:
    enum command_state command;
};

enum rotation_action {
    ROTATION_WAIT,
    ROTATION_TELL_CA,     // to download ca.crt
    ROTATION_TELL_CERT,   // to download its certificate
    ROTATION_TELL_REBOOT, // to restart
    ROTATION_PROVEN,      // it has reached what holds says
    ROTATION_AGAIN,       // the try failed: from the beginning of the step, a while later
};

struct rotation_decision {
    enum rotation_action action;
    enum rotation_holds holds; // of ROTATION_PROVEN
};

// A device never gets a certificate of the new CA before it trusts that one, nor before the servers
// show such ones themselves, nor ca.crt with the new CA alone before it shows a certificate of it.
struct rotation_decision rotation_decide(const struct rotation_facts *facts);

// What a phase wants of a device: its range of what it has, for which there is something to do.
struct rotation_range {
    enum rotation_holds first, last;
    bool is_empty;
};
struct rotation_range rotation_decide_range(enum rotation_phase phase);

// How long to wait after so many tries that failed.
int64_t rotation_decide_pause_ms(int64_t tries);

// Whether the phase is over for a device: who is revoked, or left, is not waited for.
bool rotation_decide_is_done(
    enum rotation_phase phase, const struct rotation_device *device, bool is_revoked);

#endif
