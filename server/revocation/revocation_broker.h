#ifndef REVOCATION_BROKER_H
#define REVOCATION_BROKER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/pace.h"

#define REVOCATION_BROKER_ERROR_SIZE 256

// Which list the broker goes by, as it says itself. Any thread.
struct revocation_broker {
    pthread_mutex_t lock; // over all
    pthread_cond_t told;
    bool connected;
    bool knows; // it has said something on this connection:
    uint64_t number;
    int64_t ended;
    int64_t at_ms;                            // clock_unstepped_ms()
    int64_t monotonic_ms;                     // the same, for intervals
    char error[REVOCATION_BROKER_ERROR_SIZE]; // why it goes by no newer one, or ""
    struct pace pace;                         // of the line that tells of it
};

void revocation_broker_init(struct revocation_broker *broker);
void revocation_broker_clear(struct revocation_broker *broker);

void revocation_broker_note(
    struct revocation_broker *broker, uint64_t number, int64_t ended, const char *error);
void revocation_broker_note_connection(struct revocation_broker *broker, bool connected);

// Waits for it to go by a list of that number or a later one, until a monotonic time; without a
// connection not at all. True if it does: *at_ms (monotonic) is when it said so, *ended how many
// connections it ended.
bool revocation_broker_wait(struct revocation_broker *broker, uint64_t number, int64_t until_ms,
    int64_t *at_ms, int64_t *ended);

// Whether it has not taken the list for so long, and why.
bool revocation_broker_has_error(
    struct revocation_broker *broker, int64_t since_ms, char error[REVOCATION_BROKER_ERROR_SIZE]);

// Tells of that in the log, once in ten minutes. At its start it may have looked for the list
// before that was there.
void revocation_broker_remind(struct revocation_broker *broker, int64_t since_ms);

// Says why it does not go by a list, and what will be: one line.
void revocation_broker_explain(
    struct revocation_broker *broker, uint64_t number, char *out, size_t size);

#endif
