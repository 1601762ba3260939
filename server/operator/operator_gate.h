#ifndef OPERATOR_GATE_H
#define OPERATOR_GATE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "server/base/err.h"

// One password is judged at a time: each costs memory and time on purpose, and no flood of them may
// cost the rest of the daemon more than that one. A few wait in line, and hold a thread each.
struct operator_gate {
    pthread_mutex_t lock;
    pthread_cond_t change;
    bool is_taken;
    size_t waiting;
};

#define OPERATOR_GATE_STRANGERS 2 // wait at most
#define OPERATOR_GATE_KNOWN 4     // likewise, of those that have logged in from there before
#define OPERATOR_GATE_ALL ((size_t)-1)

void operator_gate_init(struct operator_gate *gate);
void operator_gate_clear(struct operator_gate *gate);

// Waits for one's turn if fewer than so many wait. ERR_UNAVAILABLE at once if not. Any thread.
ERR_CHECKED int operator_gate_enter(struct operator_gate *gate, size_t behind, struct err *err);
void operator_gate_leave(struct operator_gate *gate);

#endif
