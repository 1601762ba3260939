#ifndef CTL_REACH_H
#define CTL_REACH_H

#include <stdbool.h>
#include <stddef.h>

#include "server/ctl/subcommand.h"

// How far a subcommand reaches.
enum reach {
    REACH_DAEMON,  // it talks to the daemon, wherever that is
    REACH_MACHINE, // it is about this machine: its daemon, by its socket, and its files
    REACH_FILES,   // files of this machine only
    REACH_SELF,    // log-ins and help: it finds out by itself which server is meant
};

enum reach reach_of(const struct subcommand *command);

// Whether --server may be given; else it is about this machine alone.
bool reach_takes_server(const struct subcommand *command);

// The i-th of the table, "GROUP VERB" or "GROUP", or NULL behind the last.
const char *reach_at(size_t i);

#endif
