// So many threads compute at once, and no more; all of them come to it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "server/http/http_turns.h"

#define THREADS 12
#define ROUNDS 500

struct crowd {
    struct http_turns *turns;
    pthread_barrier_t all;
    atomic_uint computing, most, turns_taken;
};

static void note_most(struct crowd *crowd, unsigned now)
{
    unsigned most = crowd->most;

    while (now > most && !atomic_compare_exchange_weak(&crowd->most, &most, now))
        continue;
}

static void *compute(void *ctx)
{
    struct crowd *crowd = ctx;

    pthread_barrier_wait(&crowd->all);
    for (int i = 0; i < ROUNDS; i++) {
        http_turns_begin(crowd->turns);
        note_most(crowd, ++crowd->computing);
        sched_yield();
        crowd->computing--;
        crowd->turns_taken++;
        http_turns_end(crowd->turns);
    }
    return NULL;
}

static unsigned most_of(unsigned at_once)
{
    struct crowd crowd = {0};
    pthread_t threads[THREADS];

    assert_int_equal(http_turns_new(at_once, &crowd.turns), 0);
    pthread_barrier_init(&crowd.all, NULL, THREADS);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, compute, &crowd), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    pthread_barrier_destroy(&crowd.all);
    http_turns_free(crowd.turns);
    assert_int_equal(crowd.turns_taken, THREADS * ROUNDS);
    return crowd.most;
}

static void no_more_than_that(void **state)
{
    static const unsigned bounds[] = {1, 2, 5};

    (void)state;
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++)
        assert_in_range(most_of(bounds[i]), 1, bounds[i]);
}

// Without a bound none waits for another: all of them have a turn at the same time.
static void *meet(void *ctx)
{
    struct crowd *crowd = ctx;

    http_turns_begin(crowd->turns);
    pthread_barrier_wait(&crowd->all);
    http_turns_end(crowd->turns);
    return NULL;
}

static void meet_all(unsigned at_once)
{
    struct crowd crowd = {0};
    pthread_t threads[THREADS];

    assert_int_equal(http_turns_new(at_once, &crowd.turns), 0);
    pthread_barrier_init(&crowd.all, NULL, THREADS);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, meet, &crowd), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    pthread_barrier_destroy(&crowd.all);
    http_turns_free(crowd.turns);
}

static void as_many_as_may(void **state)
{
    (void)state;
    meet_all(0);
    meet_all(THREADS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_more_than_that),
        cmocka_unit_test(as_many_as_may),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
