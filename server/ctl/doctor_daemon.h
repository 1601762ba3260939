#ifndef CTL_DOCTOR_DAEMON_H
#define CTL_DOCTOR_DAEMON_H

#include "server/ctl/subcommand.h"
#include "server/doctor/doctor.h"

// What the running daemon says of itself, its connection to the broker and its devices; writes down
// its process.
void doctor_daemon_check(const struct subcommand_call *call, struct doctor *doctor);

#endif
