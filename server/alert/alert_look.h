#ifndef ALERT_LOOK_H
#define ALERT_LOOK_H

#include <stdbool.h>

#include "server/alert/alert_judge.h"
#include "server/store/store.h"

// What the database knows of what goes wrong, and what is to be changed in it.

#define ALERT_LOOK_EVENTS 500 // at once
#define ALERT_LOOK_RESTARTS 6 // of a device, within an hour

struct alert_look {
    // Given.
    int64_t now_ms;
    int64_t silent_ms; // a device that is silent for so long has an alert; 0: not looked for now
    const struct alert_facts *facts; // or NULL, as alert_judge.h
    struct alert_list now;           // begins with what they say
    // Read.
    struct alert_progress progress; // as it is to be: events
    struct alert_list over;
    bool is_silence_partial;
    bool is_full;    // there are more events
    bool is_changed; // something is to be written
};

void alert_look_clear(struct alert_look *look);

// Reads it, and decides. ERR_NO_MEMORY, ERR_IO.
ERR_CHECKED int alert_look_read(
    struct store_connection *connection, struct alert_look *look, struct err *err);

// A store_job; ctx is what was read.
ERR_CHECKED int alert_look_write(struct store_connection *connection, void *ctx, struct err *err);

#endif
