// One password at a time.
#include "server/operator/operator_gate.h"

void operator_gate_init(struct operator_gate *gate)
{
    *gate = (struct operator_gate){.is_taken = false};
    pthread_mutex_init(&gate->lock, NULL);
    pthread_cond_init(&gate->change, NULL);
}

void operator_gate_clear(struct operator_gate *gate)
{
    pthread_cond_destroy(&gate->change);
    pthread_mutex_destroy(&gate->lock);
}

int operator_gate_enter(struct operator_gate *gate, size_t behind, struct err *err)
{
    int rc = 0;

    pthread_mutex_lock(&gate->lock);
    if (gate->is_taken && gate->waiting >= behind)
        rc = err_set(err, ERR_UNAVAILABLE, "too many log in at once: try again in a second");
    if (rc == 0) {
        gate->waiting++;
        while (gate->is_taken)
            pthread_cond_wait(&gate->change, &gate->lock);
        gate->waiting--;
        gate->is_taken = true;
    }
    pthread_mutex_unlock(&gate->lock);
    return rc;
}

void operator_gate_leave(struct operator_gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    gate->is_taken = false;
    pthread_cond_signal(&gate->change);
    pthread_mutex_unlock(&gate->lock);
}
