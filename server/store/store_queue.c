// The jobs that wait for the writer.
#include "server/store/store_queue.h"

int store_queue_init(struct store_queue *queue, struct err *err)
{
    *queue = (struct store_queue){.share = store_share_new(STORE_QUEUE_FIRM)};
    queue->last = &queue->first;
    return queue->share != NULL ? 0
                                : err_set(err, ERR_NO_MEMORY, "no memory for the database's queue");
}

void store_queue_clear(struct store_queue *queue)
{
    store_share_free(queue->share);
    queue->share = NULL;
}

enum store_queue_place store_queue_find_place(
    struct store_queue *queue, const struct store_source *source)
{
    size_t places = source != NULL && source->firm ? STORE_QUEUE_FIRM : STORE_QUEUE_JOBS;

    if (queue->count >= places)
        return STORE_QUEUE_FULL;
    if (source != NULL && !store_share_take(queue->share, source->key, places - queue->count))
        return STORE_QUEUE_CROWDED;
    return STORE_QUEUE_PLACE;
}

void store_queue_append(struct store_queue *queue, struct store_batch_job *job)
{
    job->next = NULL;
    *queue->last = job;
    queue->last = &job->next;
    queue->count++;
    queue->waited_for += job->durable;
}

struct store_batch_job *store_queue_take(struct store_queue *queue, size_t max)
{
    struct store_batch_job *batch = queue->first;
    struct store_batch_job **end = &queue->first;

    for (size_t n = 0; n < max && *end != NULL; n++) {
        queue->waited_for -= (*end)->durable;
        queue->count--;
        if ((*end)->shared)
            store_share_give(queue->share, (*end)->source);
        end = &(*end)->next;
    }
    if (batch == NULL)
        return NULL;

    struct store_batch_job *rest = *end;

    *end = NULL;
    queue->first = rest;
    if (rest == NULL)
        queue->last = &queue->first;
    return batch;
}

void store_queue_put_back(struct store_queue *queue, struct store_batch_job *jobs)
{
    queue->first = jobs;
    for (; *queue->last != NULL; queue->last = &(*queue->last)->next) {
        struct store_batch_job *job = *queue->last;

        job->err = NULL;
        queue->count++;
        if (job->shared)
            store_share_force(queue->share, job->source);
    }
}
