#ifndef CTL_USAGE_H
#define CTL_USAGE_H

#include <stdbool.h>
#include <stdio.h>

#include "server/ctl/subcommand.h"

// The options that every command takes, but for --server, which those that are about this machine
// alone refuse.
extern const struct option_rule usage_common_options[];

// Whether the command takes that one of them.
bool usage_takes(const struct subcommand *command, const struct option_rule *common);

// Print how one command, the commands of a group, or all of them are used.
void usage_print_command(FILE *out, const struct subcommand *command);
void usage_print_group(FILE *out, const char *group);
void usage_print_all(FILE *out);

#endif
