#ifndef ENROL_HISTORY_H
#define ENROL_HISTORY_H

#include "server/base/err.h"
#include "server/enrol/enrol_judge.h"
#include "server/store/store.h"

// What the history of a device tells of its enrolment, if it is in the list of devices. Within a
// store_job.

// Somebody asked for its certificate who must not get it: once an hour at most.
ERR_CHECKED int enrol_history_alarm(
    struct store_connection *connection, const struct enrol_judge *judge, struct err *err);

// It got a certificate of that serial; by: who decided.
ERR_CHECKED int enrol_history_enrolled(struct store_connection *connection, const char *mac,
    const char *serial, const char *by, struct err *err);

#endif
