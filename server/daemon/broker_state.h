#ifndef BROKER_STATE_H
#define BROKER_STATE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "server/api/api.h"
#include "server/base/pace.h"
#include "server/daemon/config.h"
#include "server/mqtt/mqtt_client.h"

// The connection to the broker, as the daemon knows it. All functions but the first and the last:
// any thread.
struct broker_state {
    pthread_mutex_t lock; // over the others
    struct api_broker broker;
    int64_t since_ms;             // of that state; clock_unstepped_ms()
    char denied[512], rival[512]; // faults, or ""
    struct pace paces[2];         // of the lines about them
    struct pace failure_pace;     // of the line that there is no connection
    uint64_t connections, failures, denials, rivalries;
};

// Not connected yet. The configuration is borrowed.
void broker_state_init(struct broker_state *state, const struct config *config);

// Takes, and logs, what the connection says of itself.
void broker_state_set(struct broker_state *state, bool connected, const char *reason);

// Takes a fault or its end; logs it, and again each ten minutes while it lasts.
void broker_state_set_fault(struct broker_state *state, enum mqtt_fault fault, const char *text);

// Calls add() for each counter.
void broker_state_each_counter(struct broker_state *state,
    void (*add)(const char *name, uint64_t value, void *add_ctx), void *add_ctx);

void broker_state_read(struct broker_state *state, struct api_broker *out);

// Since when it has been connected, by clock_now_ms(); INT64_MAX if it is not.
int64_t broker_state_connected_since_ms(struct broker_state *state);

void broker_state_clear(struct broker_state *state);

#endif
