#ifndef DOCTOR_DATABASE_H
#define DOCTOR_DATABASE_H

#include "server/doctor/doctor.h"

// Looks for damage in the daemon's database, while the daemon works on it or not; for some seconds
// at most.
void doctor_database_check(struct doctor *doctor);

#endif
