#ifndef CTL_ROLLOUTS_CONFIG_H
#define CTL_ROLLOUTS_CONFIG_H

#include <jansson.h>

#include "server/ctl/subcommand.h"

#define ROLLOUTS_CONFIG_WHAT_SIZE 64

// Rollouts of a configuration: `secureesp rollouts create NAME --config PATCH`.

// Whether the options that are given go together. SUBCOMMAND_OK or SUBCOMMAND_USAGE.
int rollouts_config_check(const struct options *options, struct err *err);

// Puts into the body which patch it is, and for whom. SUBCOMMAND_OK, SUBCOMMAND_USAGE or an error.
int rollouts_config_put(const struct options *options, json_t *body, struct err *err);

// What a rollout, or the plan of one, brings: an image's name, or "config.json of group cellar".
void rollouts_config_name(const json_t *rollout, char out[ROLLOUTS_CONFIG_WHAT_SIZE]);

// Prints what it is to change, and for whom, in lines.
void rollouts_config_print(const json_t *rollout);

// Prints how a plan stands to the devices.
void rollouts_config_print_plan(const json_t *plan);

// Prints what remains once it was aborted.
void rollouts_config_print_aborted(const json_t *rollout);

#endif
