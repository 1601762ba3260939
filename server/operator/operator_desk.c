// Where people say who they are.
#include "server/operator/operator_desk.h"

#include <string.h>
#include <sys/random.h>

int operator_desk_open(struct operator_desk *desk, struct store *store,
    const struct operator_rule_limits *limits, struct err *err)
{
    uint64_t seed;

    if (getrandom(&seed, sizeof seed, 0) != (ssize_t)sizeof seed)
        return err_set(err, ERR_IO, "no random bytes for log-ins");
    memset(desk, 0, sizeof *desk);
    desk->store = store;
    desk->limits = *limits;
    desk->throttle.seed = seed;
    pthread_mutex_init(&desk->lock, NULL);
    operator_gate_init(&desk->gate);
    return 0;
}

void operator_desk_close(struct operator_desk *desk)
{
    if (desk->store == NULL)
        return;
    operator_gate_clear(&desk->gate);
    pthread_mutex_destroy(&desk->lock);
    desk->store = NULL;
}

void operator_desk_read_refusals(struct operator_desk *desk, struct operator_desk_refusals *out)
{
    pthread_mutex_lock(&desk->lock);
    out->count = desk->failed.total + desk->slowed.total;
    memcpy(out->address, desk->refused_from, sizeof out->address);
    pthread_mutex_unlock(&desk->lock);
}

void operator_desk_each_counter(const struct operator_desk *desk,
    void (*add)(const char *name, uint64_t value, void *ctx), void *ctx)
{
    add("operator_log_ins", desk->log_ins, ctx);
    add("operator_log_ins_failed", desk->failed.total, ctx);
    add("operator_log_ins_slowed", desk->slowed.total, ctx);
    add("operator_log_ins_crowded", desk->crowded.total, ctx);
    add("operator_not_allowed", desk->refused.total, ctx);
}
