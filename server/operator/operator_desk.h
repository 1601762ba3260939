#ifndef OPERATOR_DESK_H
#define OPERATOR_DESK_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "server/base/tally.h"
#include "server/model/user.h"
#include "server/operator/operator_gate.h"
#include "server/operator/operator_rule.h"
#include "server/operator/operator_throttle.h"
#include "server/store/store.h"

// Where people say who they are. Any thread.
struct operator_desk {
    struct store *store; // borrowed
    struct operator_rule_limits limits;
    pthread_mutex_t lock; // of the next two
    struct operator_throttle throttle;
    char refused_from[USER_ADDRESS_SIZE]; // whose log-in was refused last, or ""
    struct operator_gate gate;            // in front of each password
    struct pace audit;                    // of log-ins that failed
    _Atomic uint64_t unaudited;           // of those
    _Atomic uint64_t log_ins;
    struct tally failed;  // log-ins
    struct tally slowed;  // that were refused unjudged: too often
    struct tally crowded; // likewise: too many at once
    struct tally refused; // requests: of nobody, or of who may not
};

// ERR_IO without random bytes.
ERR_CHECKED int operator_desk_open(struct operator_desk *desk, struct store *store,
    const struct operator_rule_limits *limits, struct err *err);
void operator_desk_close(struct operator_desk *desk);

// How many log-ins were refused, judged or not, and from where the last one came.
struct operator_desk_refusals {
    uint64_t count;
    char address[USER_ADDRESS_SIZE]; // or ""
};
void operator_desk_read_refusals(struct operator_desk *desk, struct operator_desk_refusals *out);

void operator_desk_each_counter(const struct operator_desk *desk,
    void (*add)(const char *name, uint64_t value, void *ctx), void *ctx);

#endif
