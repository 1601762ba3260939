#ifndef CTL_ROLLOUTS_CREATE_H
#define CTL_ROLLOUTS_CREATE_H

#include <stdbool.h>
#include <stdint.h>

#include "server/ctl/subcommand.h"

// `secureesp rollouts create`.
extern const struct option_rule rollouts_create_options[];
int rollouts_create_run(const struct subcommand_call *call, struct err *err);

// Reads when it is to begin: "2026-12-24T22:00" by this machine's clock, "...Z" by UTC, or "+2h"
// from now on. False, and *at_ms untouched, if it is none of these.
bool rollouts_create_read_start(const char *text, int64_t now_ms, int64_t *at_ms);

#endif
