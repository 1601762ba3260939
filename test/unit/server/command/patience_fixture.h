#ifndef TEST_SERVER_COMMAND_PATIENCE_FIXTURE_H
#define TEST_SERVER_COMMAND_PATIENCE_FIXTURE_H

#include "server/command/command_patience.h"

// The same for every kind, and nothing is sent again.
static inline struct command_patience patience_of(int64_t end_ms)
{
    struct command_patience patience = {.accept_ms = end_ms};

    for (int kind = 0; kind < COMMAND_PATIENCE_KINDS; kind++)
        patience.end_ms[kind] = end_ms;
    return patience;
}

#endif
