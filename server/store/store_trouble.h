#ifndef STORE_TROUBLE_H
#define STORE_TROUBLE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "server/base/err.h"

// Why nothing can be written now: said once in the log, every ten minutes while it lasts, and once
// that it is over, since what keeps the disk from being written keeps on for many batches.
struct store_trouble {
    pthread_mutex_t mutex;
    char text[ERR_MESSAGE_SIZE]; // "" while there is none; the mutex's
    // Of the writer's thread; monotonic:
    int64_t since_ms, told_at_ms;
};

void store_trouble_init(struct store_trouble *trouble);
void store_trouble_destroy(struct store_trouble *trouble);

// On the writer's thread, after each batch: NULL if it was written, else why it was not.
void store_trouble_note(struct store_trouble *trouble, const char *why);

// Any thread. out holds "" if there is none.
void store_trouble_read(struct store_trouble *trouble, char out[ERR_MESSAGE_SIZE]);

#endif
