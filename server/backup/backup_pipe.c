// A buffer between two threads.
#include "server/backup/backup_pipe.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/monotonic_wait.h"

#define ROOM ((size_t)1024 * 1024)

struct backup_pipe {
    pthread_mutex_t lock;
    pthread_cond_t change;
    size_t begin, n; // what is in the buffer, which is a ring
    bool is_ended, is_whole, is_closed;
    char p[ROOM];
};

int backup_pipe_new(struct backup_pipe **out)
{
    struct backup_pipe *pipe = calloc(1, sizeof *pipe);

    if (pipe == NULL)
        return ERR_NO_MEMORY;
    pthread_mutex_init(&pipe->lock, NULL);
    monotonic_wait_init(&pipe->change);
    *out = pipe;
    return 0;
}

void backup_pipe_free(struct backup_pipe *pipe)
{
    if (pipe == NULL)
        return;
    pthread_cond_destroy(&pipe->change);
    pthread_mutex_destroy(&pipe->lock);
    explicit_bzero(pipe->p, sizeof pipe->p);
    free(pipe);
}

// With the lock held: as much as fits in one piece.
static size_t put(struct backup_pipe *pipe, const char *p, size_t n)
{
    size_t end = (pipe->begin + pipe->n) % ROOM;
    size_t room = ROOM - pipe->n < ROOM - end ? ROOM - pipe->n : ROOM - end;

    n = n < room ? n : room;
    memcpy(pipe->p + end, p, n);
    pipe->n += n;
    return n;
}

int backup_pipe_write(const void *p, size_t n, void *ctx, struct err *err)
{
    struct backup_pipe *pipe = ctx;
    const char *rest = p;

    pthread_mutex_lock(&pipe->lock);
    while (n > 0 && !pipe->is_closed) {
        size_t some = put(pipe, rest, n);

        rest += some;
        n -= some;
        if (some > 0)
            pthread_cond_signal(&pipe->change);
        else
            pthread_cond_wait(&pipe->change, &pipe->lock);
    }

    bool is_closed = pipe->is_closed;

    pthread_mutex_unlock(&pipe->lock);
    return is_closed ? err_set(err, ERR_UNAVAILABLE, "nobody takes it any more") : 0;
}

void backup_pipe_end(struct backup_pipe *pipe, bool is_whole)
{
    pthread_mutex_lock(&pipe->lock);
    pipe->is_ended = true;
    pipe->is_whole = is_whole;
    pthread_cond_signal(&pipe->change);
    pthread_mutex_unlock(&pipe->lock);
}

// With the lock held.
static void wait_for_bytes(struct backup_pipe *pipe)
{
    struct timespec until = monotonic_wait_until(BACKUP_PIPE_WAIT_MS);

    while (pipe->n == 0 && !pipe->is_ended) {
        if (pthread_cond_timedwait(&pipe->change, &pipe->lock, &until) != 0)
            return;
    }
}

ssize_t backup_pipe_read(struct backup_pipe *pipe, char *buffer, size_t max)
{
    ssize_t result;

    pthread_mutex_lock(&pipe->lock);
    wait_for_bytes(pipe);
    if (pipe->n > 0) {
        size_t n = pipe->n < ROOM - pipe->begin ? pipe->n : ROOM - pipe->begin;

        n = n < max ? n : max;
        memcpy(buffer, pipe->p + pipe->begin, n);
        pipe->begin = (pipe->begin + n) % ROOM;
        pipe->n -= n;
        pthread_cond_signal(&pipe->change);
        result = (ssize_t)n;
    } else if (pipe->is_ended) {
        result = pipe->is_whole ? 0 : -1;
    } else {
        result = BACKUP_PIPE_LATER;
    }
    pthread_mutex_unlock(&pipe->lock);
    return result;
}

void backup_pipe_close(struct backup_pipe *pipe)
{
    pthread_mutex_lock(&pipe->lock);
    pipe->is_closed = true;
    pthread_cond_broadcast(&pipe->change);
    pthread_mutex_unlock(&pipe->lock);
}

bool backup_pipe_is_closed(struct backup_pipe *pipe)
{
    pthread_mutex_lock(&pipe->lock);

    bool is_closed = pipe->is_closed;

    pthread_mutex_unlock(&pipe->lock);
    return is_closed;
}
