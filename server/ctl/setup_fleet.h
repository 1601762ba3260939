#ifndef CTL_SETUP_FLEET_H
#define CTL_SETUP_FLEET_H

#include "server/ctl/subcommand.h"
#include "server/setup/setup.h"

// The steps of a setup that are taken with the running daemon. setup->ctx is the call.

int setup_fleet_look_answer(
    const struct setup *setup, struct setup_finding *finding, struct err *err);
int setup_fleet_wait(const struct setup *setup, struct setup_finding *finding, struct err *err);

int setup_fleet_look_record(
    const struct setup *setup, struct setup_finding *finding, struct err *err);
int setup_fleet_record(const struct setup *setup, struct setup_finding *finding, struct err *err);

int setup_fleet_look_admin(
    const struct setup *setup, struct setup_finding *finding, struct err *err);
int setup_fleet_make_admin(
    const struct setup *setup, struct setup_finding *finding, struct err *err);

// What to type next: adds the first device, if there is none yet.
void setup_fleet_print_next(const struct subcommand_call *call);

#endif
