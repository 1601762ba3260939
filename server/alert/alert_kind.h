#ifndef ALERT_KIND_H
#define ALERT_KIND_H

#include <stdbool.h>
#include <stddef.h>

#include "server/model/event.h"

// What there are alerts of: one row each.
struct alert_kind {
    const char *name;
    const char *title; // for people: what it is
    bool lasts;        // it has an end, which is told; else it is over a day after it came last
};

#define ALERT_KIND_BROKER_LOST "broker-lost"
#define ALERT_KIND_BROKER_FAULT "broker-fault"
#define ALERT_KIND_DATABASE_FAULT "database-fault"
#define ALERT_KIND_DISK_LOW "disk-low"
#define ALERT_KIND_CERTIFICATE_ENDING "certificate-ending"
#define ALERT_KIND_ROLLOUT_PAUSED "rollout-paused"
#define ALERT_KIND_ENROLMENT_WAITING "enrolment-waiting"
#define ALERT_KIND_DEVICE_OFFLINE "device-offline"
#define ALERT_KIND_DEVICE_RESTARTS "device-restarts"
#define ALERT_KIND_LOGIN_REFUSED "login-refused"
#define ALERT_KIND_BACKUP_OLD "backup-old"
#define ALERT_KIND_TEST "test"

// The i-th of them; NULL behind the last.
const struct alert_kind *alert_kind_at(size_t i);

// The one of that name, or NULL.
const struct alert_kind *alert_kind_find(const char *name);

// The one that an event is, or NULL.
const struct alert_kind *alert_kind_of_event(const struct event *event);

// Whether a list of patterns asks for it ("" for all); for a test always.
bool alert_kind_is_wished(const char *kinds, const char *name);

#endif
