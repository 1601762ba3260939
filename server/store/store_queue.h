#ifndef STORE_QUEUE_H
#define STORE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

#include "server/store/store_batch.h"
#include "server/store/store_share.h"

// The jobs that wait for the writer, oldest first. Its owner locks.
struct store_queue {
    struct store_batch_job *first;
    struct store_batch_job **last;
    size_t count;      // jobs
    size_t waited_for; // those of them that somebody waits for
    struct store_share *share;
};

#define STORE_QUEUE_JOBS 32768 // a job that is posted beyond is refused
#define STORE_QUEUE_FIRM 40960 // but for a firm one, beyond this

ERR_CHECKED int store_queue_init(struct store_queue *queue, struct err *err);

// It must be empty.
void store_queue_clear(struct store_queue *queue);

enum store_queue_place {
    STORE_QUEUE_PLACE,   // there is one
    STORE_QUEUE_FULL,    // for nobody
    STORE_QUEUE_CROWDED, // its source has its share (store_share.h)
};

// Whether there is a place for a posted job of that source (NULL: the daemon's own); takes it of
// the source's share.
enum store_queue_place store_queue_find_place(
    struct store_queue *queue, const struct store_source *source);

void store_queue_append(struct store_queue *queue, struct store_batch_job *job);

// Takes the oldest jobs off, at most `max`; NULL if there are none.
struct store_batch_job *store_queue_take(struct store_queue *queue, size_t max);

// Puts jobs that were taken back into the empty queue.
void store_queue_put_back(struct store_queue *queue, struct store_batch_job *jobs);

#endif
