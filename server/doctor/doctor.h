#ifndef DOCTOR_H
#define DOCTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "server/doctor/doctor_broker.h"
#include "server/doctor/doctor_config.h"

// Looks at what a keeper would look at, and changes nothing.

enum doctor_level { DOCTOR_OK, DOCTOR_WARN, DOCTOR_FAIL, DOCTOR_LEVELS };

// What a check found, for a person to read.
struct doctor_finding {
    enum doctor_level level;
    const char *check; // "certificates"
    char text[640];
    char fix[384]; // what to do, "" where nothing is
};

// A machine that is looked at.
struct doctor {
    struct doctor_config config; // the daemon's
    struct doctor_broker broker; // the broker's
    pid_t daemon_pid;            // 0: not known
    pid_t broker_pid;
    void (*report)(const struct doctor_finding *finding, void *ctx);
    void *ctx;
    size_t counts[DOCTOR_LEVELS];
};

// Tells a finding. fix: NULL if there is nothing to do; it is copied as it is.
void doctor_say(struct doctor *doctor, enum doctor_level level, const char *check, const char *fix,
    const char *format, ...) __attribute__((format(printf, 5, 6)));

// Takes a finding that is written already, and counts it.
void doctor_tell(struct doctor *doctor, const struct doctor_finding *finding);

#endif
