#ifndef COMMAND_PATIENCE_H
#define COMMAND_PATIENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "server/model/command.h"

// How long the daemon waits for what a device makes of a command, and when it sends it again.

// Kinds of commands that take about as long.
enum command_patience_kind {
    COMMAND_PATIENCE_FIRMWARE,
    COMMAND_PATIENCE_FLASH,
    COMMAND_PATIENCE_REBOOT,
    COMMAND_PATIENCE_FILE, // ca, cert, key, config
    COMMAND_PATIENCE_WIFI,
    COMMAND_PATIENCE_KINDS
};

struct command_patience {
    int64_t accept_ms;                      // from each sending until it must be taken
    int64_t end_ms[COMMAND_PATIENCE_KINDS]; // from the first sending until it must have ended
    int64_t resends;                        // at most, of one that was not taken
};

// What is known of a device to which a command was sent, when it is judged.
struct command_patience_facts {
    int64_t now_ms;
    bool online;
    bool speaks_events;
    bool acknowledges;    // it says that it has taken a command, and takes none twice
    int64_t last_seen_ms; // when it last reported
    int64_t boot_ms;      // since when it runs; 0: not known
    int64_t connected_ms; // since when it is at the broker, by what it reported; 0: not known
};

enum command_patience_action {
    COMMAND_PATIENCE_WAIT,
    COMMAND_PATIENCE_AGAIN,
    COMMAND_PATIENCE_END
};

struct command_patience_decision {
    enum command_patience_action action;
    int64_t due_at_ms; // with COMMAND_PATIENCE_WAIT: when to judge again
    const char *why;   // with COMMAND_PATIENCE_END: for people
};

enum command_patience_kind command_patience_kind_of(const char *name);

// When a command that is being sent is to be judged.
int64_t command_patience_due(
    const struct command_patience *patience, const struct command *command, int64_t now_ms);

// What becomes of a command that is sent and due. It is sent again only if that cannot make the
// device do it twice: to one that acknowledges, which knows the ids of this run (and for what ends
// with a restart only if it has not restarted since); to a sketch, for a file other than a key,
// if it has stayed at the broker since, which it leaves for any download; to any other never.
// Each must have reported since it should have taken it; one of ours may instead have come to the
// broker anew since it was sent.
struct command_patience_decision command_patience_judge(const struct command_patience *patience,
    const struct command *command, const struct command_patience_facts *facts);

#endif
