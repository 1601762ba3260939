#ifndef MODEL_ALERT_H
#define MODEL_ALERT_H

#include <stdint.h>

// What somebody has to be woken for.

#define ALERT_KIND_SIZE 26    // "alert-" before it is an event's kind
#define ALERT_SUBJECT_SIZE 65 // a MAC, a rollout's name, whose certificate it is; or ""
#define ALERT_DETAIL_SIZE 321 // one line for people; devices may have a say in it

struct alert {
    int64_t number;
    char kind[ALERT_KIND_SIZE]; // server/alert/alert_kind.h
    char subject[ALERT_SUBJECT_SIZE];
    char detail[ALERT_DETAIL_SIZE];
    int64_t since_ms;
    int64_t seen_ms; // when it was there last
};

enum alert_state { ALERT_RAISED, ALERT_RESOLVED, ALERT_TEST };

// What is told of one, once.
struct alert_note {
    int64_t number;
    int64_t at_ms;
    enum alert_state state;
    struct alert alert;
};

// How far telling has come.
struct alert_progress {
    int64_t events;  // all events up to that id were looked at
    int64_t mailed;  // all notes up to that number were mailed, or are not to be
    int64_t hour_ms; // when the hour of the bound began
    int64_t sent;    // mails in it
    int64_t held;    // and those that were too many
};

#endif
