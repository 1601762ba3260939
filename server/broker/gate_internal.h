#ifndef GATE_INTERNAL_H
#define GATE_INTERNAL_H

#include "server/broker/client_table.h"
#include "server/broker/gate.h"
#include "server/broker/gate_meet.h"
#include "server/broker/gate_orders.h"
#include "server/broker/control_meter.h"
#include "server/broker/refusals.h"
#include "server/broker/trust.h"

// What is behind the handle; for the files of this folder alone.

// The file of whose client identifiers are.
struct gate_file {
    const char *path; // NULL: there is none
    size_t lines;     // that it has
    size_t kept;      // of them, when it was written anew last
    bool is_behind;   // something is not in it
    int64_t next_ms;  // when it is written anew; monotonic
};

enum gate_note {
    GATE_NOTE_TRUST,
    GATE_NOTE_CA,
    GATE_NOTE_FILE,
    GATE_NOTE_UNASKED,
    GATE_NOTES,
};

struct gate {
    struct access_table *table;
    struct limits limits;
    const char *daemon;
    const struct gate_effects *effects;
    void *ctx;
    struct trust *trust;
    struct client_table *clients;
    struct control_meter_table *meters;
    struct refusals refusals;
    struct gate_meet meet;
    struct gate_orders orders;
    uint64_t daemon_epoch; // how often the daemon has come
    bool is_ending; // we end a connection: the broker asks about it, which is counted nowhere
    int64_t next_sweep_ms;
    int64_t next_unasked_ms; // GATE_NOTE_UNASKED is not said before that
    struct gate_file file;

    bool list_is_due;                               // to be reported
    size_t list_left;                               // clients that wait, to be looked at before
    unsigned list_ended;                            // connections, since the last report
    char list_error[ERR_MESSAGE_SIZE];              // "" if the last reading was good
    char notes[GATE_NOTES][ERR_MESSAGE_SIZE + 256]; // for the log at the next tick, or ""
};

#endif
