// How deep a stack gets.
#include "test/deployed/stack_gauge.h"

#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#define STACK_SIZE (1024 * 1024)
#define PAINT 0xA5

struct work {
    void (*run)(void *ctx);
    void *ctx;
};

static void *start(void *ctx)
{
    const struct work *work = ctx;

    work->run(work->ctx);
    return NULL;
}

// The thread's own data lies at the top of the stack and counts, a few KB: an empty run says how
// much.
static bool run_once(struct work *work, size_t *used)
{
    uint8_t *stack = mmap(
        NULL, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    pthread_attr_t attributes;
    pthread_t thread;
    size_t free_bytes = 0;
    bool ran;

    if (stack == MAP_FAILED)
        return false;
    memset(stack, PAINT, STACK_SIZE);
    pthread_attr_init(&attributes);
    ran = pthread_attr_setstack(&attributes, stack, STACK_SIZE) == 0 &&
          pthread_create(&thread, &attributes, start, work) == 0;
    pthread_attr_destroy(&attributes);
    if (ran) {
        pthread_join(thread, NULL);
        while (free_bytes < STACK_SIZE && stack[free_bytes] == PAINT)
            free_bytes++;
        *used = STACK_SIZE - free_bytes;
    }
    munmap(stack, STACK_SIZE);
    return ran;
}

static void do_nothing(void *ctx)
{
    (void)ctx;
}

bool stack_gauge_run(void (*run)(void *ctx), void *ctx, size_t *out)
{
    struct work nothing = {do_nothing, NULL}, work = {run, ctx};
    size_t empty = 0, used = 0;

    if (!run_once(&nothing, &empty) || !run_once(&work, &used))
        return false;
    *out = used > empty ? used - empty : 0;
    return true;
}
