#ifndef GATE_MEET_H
#define GATE_MEET_H

#include <stdint.h>

#include "server/base/rate.h"
#include "server/pki/certificate_facts.h"

// Certificates by which somebody is let in for the first time: the daemon, which does not see them,
// is told of them, so that they can be revoked by their numbers.
struct gate;
struct client;
struct gate_met;

// Those that are to be told, in the order in which they came. All zero at the start.
struct gate_meet {
    struct gate_met *first;
    struct gate_met *last;
    struct rate_use told;
    uint64_t heard_epoch; // in which the daemon asked to hear of them
};

// Somebody was let in. Of who comes by one after the other some are told, and then few; without
// memory it is told when it comes again.
void gate_meet_note(
    struct gate *gate, struct client *client, const struct certificate_facts *facts);

// The daemon, which is here, hears what is told from now on.
void gate_meet_begin(struct gate *gate);

// Tells the daemon what is due, while it hears it.
void gate_meet_tell(struct gate *gate);

void gate_meet_clear(struct gate *gate);

#endif
