// Bounds how many threads compute at once.
#include "server/http/http_turns.h"

#include <semaphore.h>
#include <stdbool.h>
#include <stdlib.h>

struct http_turns {
    bool bounded;
    sem_t free;
};

int http_turns_new(unsigned at_once, struct http_turns **out)
{
    struct http_turns *turns = calloc(1, sizeof *turns);

    if (turns == NULL)
        return ERR_NO_MEMORY;
    turns->bounded = at_once > 0;
    sem_init(&turns->free, 0, at_once); // which is below SEM_VALUE_MAX
    *out = turns;
    return 0;
}

void http_turns_free(struct http_turns *turns)
{
    if (turns == NULL)
        return;
    sem_destroy(&turns->free);
    free(turns);
}

void http_turns_begin(struct http_turns *turns)
{
    while (turns->bounded && sem_wait(&turns->free) != 0) // EINTR
        continue;
}

void http_turns_end(struct http_turns *turns)
{
    if (turns->bounded)
        sem_post(&turns->free);
}
