#ifndef ALERT_JUDGE_H
#define ALERT_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "server/alert/alert_list.h"
#include "server/model/event.h"
#include "server/model/user.h"

// What goes wrong now, by what is known: pure.

#define ALERT_JUDGE_DAYS 21       // before a certificate's end; renewal begins 30 days before it
#define ALERT_JUDGE_DEVICES 50    // that have an alert of their own for being silent
#define ALERT_JUDGE_FLEET "fleet" // the subject for more than those
#define ALERT_JUDGE_LOGINS 20     // that were refused within an hour
#define ALERT_JUDGE_BACKUP_DAYS 8 // since the last; what makes them may be weekly

// The daemon's state; times as clock_now_ms(), 0: not known.
struct alert_facts {
    bool broker_connected;
    int64_t broker_since_ms;
    char broker_error[512], broker_fault[512];
    bool disk_low;
    uint64_t disk_free_bytes;
    int64_t ca_ms, server_ms, broker_ms; // ends of certificates
    int64_t devices_ending, devices;     // of so many whose certificates were looked at
    char database_fault[512];
    int64_t backup_ms;                     // when the last backup was made
    uint64_t logins_refused;               // since the daemon started
    char login_address[USER_ADDRESS_SIZE]; // from which the last of them came, or ""
};

// What the daemon's state says.
void alert_judge_facts(const struct alert_facts *facts, int64_t broker_lost_ms, int64_t now_ms,
    struct alert_list *out);

// Log-ins that were refused, hour by hour. All zero at the start.
struct alert_logins {
    uint64_t before; // so many had been when the hour began
    int64_t hour_ms; // when that was
    int64_t told_ms; // when there was an alert last; 0: never
};

// Adds an alert if there were too many within an hour: one a day while that goes on.
void alert_judge_logins(const struct alert_facts *facts, struct alert_logins *logins,
    int64_t now_ms, struct alert_list *out);

// Adds the alert that an event is, if it is one.
void alert_judge_event(const struct event *event, int64_t now_ms, struct alert_list *out);

// Whether one that goes on in the database is over: nothing says so any more, of what is known. A
// daemon that has just started does not know all, as what the broker shows, and ends nothing for
// that reason. The facts may be NULL: all is known. is_partial: of silent devices not all are in
// the list.
struct alert_known {
    const struct alert_list *now;
    const struct alert_facts *facts;
    bool is_partial;
};
bool alert_judge_is_over(
    const struct alert *alert, const struct alert_known *known, int64_t now_ms);

#endif
