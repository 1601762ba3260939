// Ends connections that take too long.
#include "server/http/http_deadline.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "server/base/clock.h"
#include "server/base/monotonic_wait.h"

#define ROUND_MS 500

struct http_deadline {
    int fd;
    int64_t at_ms; // monotonic
    struct http_deadline *next, **link;
};

struct http_deadlines {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t stop;
    bool stopping;
    struct http_deadline *first;
    uint64_t late;
    uint64_t open;
};

static void wait_round(struct http_deadlines *deadlines)
{
    struct timespec until = monotonic_wait_until(ROUND_MS);

    pthread_cond_timedwait(&deadlines->stop, &deadlines->lock, &until);
}

static void end(struct http_deadline *deadline)
{
    deadline->at_ms = INT64_MAX;
    shutdown(deadline->fd, SHUT_RDWR); // libmicrohttpd sees the end and closes it
}

static void *run(void *ctx)
{
    struct http_deadlines *deadlines = ctx;

    pthread_mutex_lock(&deadlines->lock);
    while (!deadlines->stopping) {
        int64_t now = clock_monotonic_ms();

        for (struct http_deadline *d = deadlines->first; d != NULL; d = d->next) {
            if (d->at_ms > now)
                continue;
            deadlines->late++;
            end(d);
        }
        wait_round(deadlines);
    }
    pthread_mutex_unlock(&deadlines->lock);
    return NULL;
}

int http_deadline_start(struct http_deadlines **out)
{
    struct http_deadlines *deadlines = calloc(1, sizeof *deadlines);

    if (deadlines == NULL)
        return ERR_NO_MEMORY;
    pthread_mutex_init(&deadlines->lock, NULL);
    monotonic_wait_init(&deadlines->stop);
    if (pthread_create(&deadlines->thread, NULL, run, deadlines) != 0) {
        free(deadlines);
        return ERR_NO_MEMORY;
    }
    *out = deadlines;
    return 0;
}

void http_deadline_stop(struct http_deadlines *deadlines)
{
    if (deadlines == NULL)
        return;
    pthread_mutex_lock(&deadlines->lock);
    deadlines->stopping = true;
    pthread_cond_signal(&deadlines->stop);
    pthread_mutex_unlock(&deadlines->lock);
    pthread_join(deadlines->thread, NULL);
    pthread_cond_destroy(&deadlines->stop);
    pthread_mutex_destroy(&deadlines->lock);
    free(deadlines);
}

struct http_deadline *http_deadline_add(struct http_deadlines *deadlines, int fd, int64_t in_ms)
{
    struct http_deadline *deadline = calloc(1, sizeof *deadline);

    if (deadline == NULL)
        return NULL;
    deadline->fd = fd;
    deadline->at_ms = clock_monotonic_ms() + in_ms;
    pthread_mutex_lock(&deadlines->lock);
    deadline->next = deadlines->first;
    deadline->link = &deadlines->first;
    if (deadline->next != NULL)
        deadline->next->link = &deadline->next;
    deadlines->first = deadline;
    deadlines->open++;
    pthread_mutex_unlock(&deadlines->lock);
    return deadline;
}

void http_deadline_set(
    struct http_deadlines *deadlines, struct http_deadline *deadline, int64_t in_ms)
{
    int64_t at_ms = clock_monotonic_ms() + in_ms;

    pthread_mutex_lock(&deadlines->lock);
    deadline->at_ms = at_ms;
    pthread_mutex_unlock(&deadlines->lock);
}

void http_deadline_drop(struct http_deadlines *deadlines, struct http_deadline *deadline)
{
    pthread_mutex_lock(&deadlines->lock);
    *deadline->link = deadline->next;
    if (deadline->next != NULL)
        deadline->next->link = deadline->link;
    deadlines->open--;
    pthread_mutex_unlock(&deadlines->lock);
    free(deadline);
}

void http_deadline_end_first(struct http_deadlines *deadlines)
{
    struct http_deadline *first = NULL;

    pthread_mutex_lock(&deadlines->lock);
    for (struct http_deadline *d = deadlines->first; d != NULL; d = d->next) {
        if (d->at_ms != INT64_MAX && (first == NULL || d->at_ms < first->at_ms))
            first = d;
    }
    if (first != NULL)
        end(first);
    pthread_mutex_unlock(&deadlines->lock);
}

void http_deadline_count(struct http_deadlines *deadlines, uint64_t *late, uint64_t *open)
{
    pthread_mutex_lock(&deadlines->lock);
    *late = deadlines->late;
    *open = deadlines->open;
    pthread_mutex_unlock(&deadlines->lock);
}
