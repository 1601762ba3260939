#ifndef LEFT_OUT_H
#define LEFT_OUT_H

#include <stdint.h>

#include "common/mac.h"

// Why something of a device was left out: it says more than one device may cost.
enum left_out_reason {
    LEFT_OUT_MESSAGES, // too many or too large: not read at all
    LEFT_OUT_WAITING,  // too many of it wait for the database: not read at all
    LEFT_OUT_STATUSES, // taken, but not kept in the history; the same of the next two
    LEFT_OUT_EVENTS,
    LEFT_OUT_FAULTS, // what could not be read of them
    LEFT_OUT_REASON_COUNT
};

struct left_out {
    char mac[MAC_SIZE];
    enum left_out_reason reason;
    int64_t count; // of messages
    int64_t since_ms, at_ms;
};

// "messages", "waiting", "statuses", "events", "faults".
const char *left_out_reason_name(enum left_out_reason reason);

#endif
