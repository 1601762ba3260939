#ifndef DOCTOR_SERVICE_H
#define DOCTOR_SERVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "server/doctor/doctor.h"

// The two services, and how many files they may have open.

// The user of a unit that runs under systemd; false if that is not known.
bool doctor_service_user(const char *unit, char *out, size_t size);

// Whether a timer, or the like, is on, now and from the next start of the machine on.
bool doctor_service_waits(const char *unit);

// Whether systemd keeps both up; writes down their processes.
void doctor_service_check(struct doctor *doctor);

// "Max open files" of /proc/PID/limits: the soft limit, -1 if there is none in the text, INT64_MAX
// if it is unlimited. Pure.
int64_t doctor_service_parse_limit(const char *limits);

// What is to be said where so many may be open, and a configuration needs so many: with a few less,
// a few connections are refused when all come. Pure.
enum doctor_level doctor_service_judge_limit(int64_t limit, int64_t needed);

// The limits against what the configuration of each allows.
void doctor_service_check_limits(struct doctor *doctor);

#endif
