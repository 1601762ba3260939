#ifndef CTL_SETTINGS_CHANGE_H
#define CTL_SETTINGS_CHANGE_H

#include <jansson.h>

#include "server/ctl/subcommand.h"

extern const struct option_rule settings_change_options[]; // of unset
extern const struct option_rule settings_change_set_options[];
extern const struct option_rule settings_change_patch_options[];
extern const struct option_rule settings_change_revert_options[];

// Run `secureesp settings set`, `unset`, `patch` and `revert`.
int settings_change_run_set(const struct subcommand_call *call, struct err *err);
int settings_change_run_unset(const struct subcommand_call *call, struct err *err);
int settings_change_run_patch(const struct subcommand_call *call, struct err *err);
int settings_change_run_revert(const struct subcommand_call *call, struct err *err);

// Reads a file, or standard input for "-", of at most 64 KiB; the caller frees *out. ERR_IO.
ERR_CHECKED int settings_change_read_file(const char *path, char **out, size_t *n, struct err *err);

// Prints a value as JSON on one line.
void settings_change_print_value(const json_t *value);

#endif
