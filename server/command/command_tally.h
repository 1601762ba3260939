#ifndef COMMAND_TALLY_H
#define COMMAND_TALLY_H

#include <stdint.h>

#include "server/base/tally.h"

// Commands that come to nothing: counted by kind, and told in the log with what to do, once a
// minute for each kind at most.
enum command_tally_kind {
    COMMAND_TALLY_HELD,        // not sent, as it would do harm or nothing
    COMMAND_TALLY_EXPIRED,     // without an outcome in time
    COMMAND_TALLY_UNPUBLISHED, // the broker did not take it; it is tried again
    COMMAND_TALLY_BROKEN,      // it can never be published
    COMMAND_TALLY_FAILED,      // a round of the dispatcher
    COMMAND_TALLY_KINDS
};

// All zero at the start.
struct command_tally {
    struct tally items[COMMAND_TALLY_KINDS];
};

// Counts so many; detail: of the first of them. Nothing if there are none. Any thread.
void command_tally_note(
    struct command_tally *tally, enum command_tally_kind kind, uint64_t count, const char *detail);

// Calls add() for each kind.
void command_tally_each_counter(const struct command_tally *tally,
    void (*add)(const char *name, uint64_t value, void *add_ctx), void *add_ctx);

#endif
