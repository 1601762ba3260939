#ifndef TEST_SERVER_STORE_WRITER_GATE_H
#define TEST_SERVER_STORE_WRITER_GATE_H

// A job at which the writer stands still until the test opens the gate.

#include <pthread.h>

#include "test/unit/server/store/store_fixture.h"

struct writer_gate {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool entered, open;
};

static inline int writer_gate_wait(struct store_connection *connection, void *ctx, struct err *err)
{
    struct writer_gate *gate = ctx;

    (void)connection;
    (void)err;
    pthread_mutex_lock(&gate->mutex);
    gate->entered = true;
    pthread_cond_broadcast(&gate->changed);
    while (!gate->open)
        pthread_cond_wait(&gate->changed, &gate->mutex);
    pthread_mutex_unlock(&gate->mutex);
    return 0;
}

static inline void writer_gate_hold(struct fixture *f, struct writer_gate *gate)
{
    assert_int_equal(store_post(f->store, writer_gate_wait, gate, NULL), 0);
    pthread_mutex_lock(&gate->mutex);
    while (!gate->entered)
        pthread_cond_wait(&gate->changed, &gate->mutex);
    pthread_mutex_unlock(&gate->mutex);
}

static inline void writer_gate_open(struct writer_gate *gate)
{
    pthread_mutex_lock(&gate->mutex);
    gate->open = true;
    pthread_cond_broadcast(&gate->changed);
    pthread_mutex_unlock(&gate->mutex);
}

#endif
