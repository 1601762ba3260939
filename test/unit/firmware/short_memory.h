#ifndef TEST_UNIT_FIRMWARE_SHORT_MEMORY_H
#define TEST_UNIT_FIRMWARE_SHORT_MEMORY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "firmware/core/failure.h"
#include "test/unit/failing_memory.h"
#include "test/unit/firmware/fake_server.h"

// A device that lacks memory. Included once in a program.

#define SHORT_MEMORY_POINTS 24 // at which memory runs out, of all the thousands of allocations
#define SHORT_MEMORY_LAST 64   // at each of which it does, too

// Only the device lacks memory, not its peer, which lives in the same program.

struct short_memory_state {
    long left;
    bool stays;
    int error;
};

static inline struct short_memory_state short_memory_pause(void)
{
    struct short_memory_state before = {failing_memory_left, failing_memory_stays, errno};

    failing_memory_left = 0;
    failing_memory_stays = false;
    return before;
}

static inline void short_memory_resume(struct short_memory_state before)
{
    failing_memory_left = before.left;
    failing_memory_stays = before.stays;
    errno = before.error;
}

static struct port_ops short_memory_peer; // its own functions

static inline int short_memory_open(struct port *port, const char *host, uint16_t tcp_port)
{
    struct short_memory_state before = short_memory_pause();
    int rc = short_memory_peer.stream_open(port, host, tcp_port);

    short_memory_resume(before);
    return rc;
}

static inline int short_memory_receive(struct port *port, uint8_t *p, size_t n)
{
    struct short_memory_state before = short_memory_pause();
    int rc = short_memory_peer.stream_receive(port, p, n);

    short_memory_resume(before);
    return rc;
}

static inline void short_memory_spare_peer(struct port_ops *ops)
{
    short_memory_peer = *ops;
    ops->stream_open = short_memory_open;
    ops->stream_receive = short_memory_receive;
}

typedef int short_memory_work(void *ctx, struct failure *failure);

// How many allocations work takes.
static inline long short_memory_count(short_memory_work *work, void *ctx, struct failure *failure)
{
    const long much = 10000000;
    long total;

    failing_memory_start(much);
    assert_int_equal(work(ctx, failure), STEP_DONE);
    total = much - failing_memory_left;
    failing_memory_end();
    assert_true(total > 0);
    return total;
}

// The next point at which memory is to run out: the first and the last ones one by one, for what is
// small comes there, and the many between in leaps.
static inline long short_memory_next(long n, long total)
{
    long leap = n > SHORT_MEMORY_POINTS ? 1 + total / SHORT_MEMORY_POINTS : 1;
    long last = total - SHORT_MEMORY_LAST;

    if (n >= last)
        return n + 1;
    return n + leap < last ? n + leap : last;
}

// Runs work with memory that runs out at some allocation, at more and more of them until there is
// enough. Each time it may fail for want of memory only. Returns how often it has.
static inline unsigned short_memory_sweep(short_memory_work *work, void *ctx)
{
    struct failure failure = {0};
    unsigned failed = 0;
    long total = short_memory_count(work, ctx, &failure);

    for (long n = 1; n <= total; n = short_memory_next(n, total)) {
        failing_memory_run_out(n);

        int rc = work(ctx, &failure);

        failing_memory_end();
        if (rc == STEP_DONE)
            continue;
        failed++;
        if (rc != -RESULT_OUT_OF_MEMORY)
            fail_msg("%ld of %ld: %s", n, total, failure.detail);
        assert_int_equal(failure.result, RESULT_OUT_OF_MEMORY);
        assert_non_null(strstr(failure.detail, "not enough memory"));
    }
    assert_int_equal(work(ctx, &failure), STEP_DONE);
    return failed;
}

static inline void *short_memory_allocate(size_t n)
{
    return __wrap_malloc(n);
}

// cJSON's own is in a shared library.
static inline void short_memory_reach_json(bool can_fail)
{
    cJSON_Hooks hooks = {.malloc_fn = short_memory_allocate, .free_fn = free};

    cJSON_InitHooks(can_fail ? &hooks : NULL);
}

#endif
