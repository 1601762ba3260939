#ifndef DOCTOR_MACHINE_H
#define DOCTOR_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#include "server/doctor/doctor.h"

// The machine below: clock, disk, address, and the daemon's own check of its configuration.

// What is to be said of a disk with so much room, of which so much is free. Pure.
enum doctor_level doctor_machine_judge_disk(uint64_t free_bytes, uint64_t all_bytes);

void doctor_machine_check_config(struct doctor *doctor);
void doctor_machine_check_clock(struct doctor *doctor);
void doctor_machine_check_disk(struct doctor *doctor);
void doctor_machine_check_address(struct doctor *doctor);
// Says nothing if nobody is to get mail.
void doctor_machine_check_mail(struct doctor *doctor);

#endif
